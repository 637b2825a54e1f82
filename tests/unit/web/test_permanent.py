"""Addresses that stand on papers and in other people's programs: they answer anybody, for ever, without a cookie."""

import hashlib

import pytest
from sqlalchemy import select

from oficialia.models import Filing
from oficialia.services.certificates import ever_used
from signing.certificate import to_der
from tests.support.shown_papers import Town
from tests.support.window import Visitor


def _addresses(town: Town) -> list[str]:
    with town.runtime.database.reading() as session:
        filing = session.scalars(select(Filing).where(Filing.folio == town.folio)).one()
    seal = ever_used(town.runtime.database)[0]
    anchor = town.runtime.anchors.certificates()[0].sha256.hex()
    assert hashlib.sha256(to_der(seal.pem)).hexdigest() == seal.sha256
    return [
        f"/v/{town.runtime.codes.verification(filing.id)}",
        "/certificados", f"/certificados/{seal.sha256}.pem", f"/certificados/{seal.sha256}.cer",
        "/confianza", f"/confianza/{anchor}.pem", f"/confianza/{anchor}.cer",
        "/api", "/api/v1/openapi.json",
    ]  # fmt: skip


def test_they_answer_whoever_asks_and_remember_nobody(town: Town) -> None:
    for address in _addresses(town):
        response = Visitor(town.visitor.app).get(address)
        assert response.status_code == 200, address
        assert "Set-Cookie" not in response.headers, address


@pytest.mark.parametrize("address", ["/verificar", "/verificar/codigo", "/verificar/version-firmada"])
def test_verifying_asks_nobody_who_they_are(town: Town, address: str) -> None:
    visitor = Visitor(town.visitor.app)
    assert visitor.get("/verificar").status_code == 200
    assert visitor.send(address, {}, page="/verificar").status_code == 422  # there is nothing to verify

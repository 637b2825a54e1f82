"""`/confianza`: whom the office believes, for everybody to see and compare."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from oficialia.app import create_app
from oficialia.runtime import Runtime
from oficialia.web.context import WebOptions
from signing.trust import TrustAnchors
from tests.support.office import TestClock
from tests.support.window import Visitor


def test_every_anchor_is_shown_and_can_be_downloaded(visitor: Visitor, runtime: Runtime) -> None:
    page = visitor.get("/confianza")
    assert page.status_code == 200
    for certificate in runtime.anchors.certificates():
        digest = certificate.sha256.hex()
        assert digest[:8] in page.text and digest[-8:] in page.text
        pem, der = visitor.get(f"/confianza/{digest}.pem"), visitor.get(f"/confianza/{digest}.cer")
        assert x509.load_pem_x509_certificate(pem.data) == x509.load_der_x509_certificate(der.data)
        assert hashlib.sha256(der.data).hexdigest() == digest
        assert "attachment; filename=ancla-" in pem.headers["Content-Disposition"]
    assert "Ya terminó" not in page.text
    assert 'href="/confianza"' in visitor.get("/verificar").text


def test_one_that_ended_is_told(runtime: Runtime, options: WebOptions) -> None:
    late = replace(runtime, clock=TestClock(runtime.clock() + timedelta(days=40_000)))
    assert "Ya terminó" in Visitor(create_app(late, options)).get("/confianza").text


def test_without_any_it_says_so(runtime: Runtime, options: WebOptions) -> None:
    page = Visitor(create_app(replace(runtime, anchors=TrustAnchors()), options)).get("/confianza")
    assert "todavía no reconoce a ninguna autoridad" in page.text


@pytest.mark.parametrize("name", ["0" * 64 + ".pem", "x.cer", "%00.pem", "..%2Fsello.p12"])
def test_nothing_else_is_there(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/confianza/{name}").status_code == 404

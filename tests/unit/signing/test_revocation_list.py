"""A list of the revoked counts for what its signer issued, and what it says is for ever."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from certs.development import make_development_pki
from signing.errors import IdentityUnusable
from signing.identity import SealIdentity
from signing.revocation_list import Lists
from tests.support.seals import PASSWORD, Authority

DAY = timedelta(days=1)


@pytest.fixture
def seal(authority: Authority, tmp_path: Path, now: datetime) -> SealIdentity:
    authority.pkcs12(tmp_path / "sello.p12", now - DAY)
    return SealIdentity.from_pkcs12(tmp_path / "sello.p12", PASSWORD)


def test_who_is_named_is_revoked_and_nobody_else(
    authority: Authority, seal: SealIdentity, tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "lista.crl"
    Lists.read(authority.revoke(path, [seal.certificate.serial_number + 1], now)).ensure_not_revoked(seal, ())
    with pytest.raises(IdentityUnusable, match="revocado"):
        Lists.read(authority.revoke(path, [seal.certificate.serial_number], now)).ensure_not_revoked(seal, ())


def test_a_list_that_ended_still_tells_who_was_revoked(
    authority: Authority, seal: SealIdentity, tmp_path: Path, now: datetime
) -> None:
    lists = Lists.read(authority.revoke(tmp_path / "a.crl", [seal.certificate.serial_number], now - 9 * DAY, lasts=DAY))
    assert lists.fresh_until(seal, ()) == now - 8 * DAY
    with pytest.raises(IdentityUnusable, match="revocado"):
        lists.ensure_not_revoked(seal, ())


def test_a_list_of_somebody_else_says_nothing(
    authority: Authority, seal: SealIdentity, tmp_path: Path, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("otra") / "pki"
    make_development_pki(other, at=now, base_url="http://pki.invalid")
    lists = Lists.read(Authority(other).revoke(tmp_path / "a.crl", [seal.certificate.serial_number], now))
    lists.ensure_not_revoked(seal, ())
    assert lists.fresh_until(seal, ()) is None


def test_a_folder_gives_its_lists_and_what_is_none_is_refused(
    authority: Authority, seal: SealIdentity, tmp_path: Path, now: datetime
) -> None:
    folder = tmp_path / "listas"
    folder.mkdir()
    authority.revoke(folder / "b.crl", [], now)
    authority.revoke(folder / "c.crl", [seal.certificate.serial_number], now)
    with pytest.raises(IdentityUnusable, match="revocado"):
        Lists.read(folder).ensure_not_revoked(seal, ())
    (folder / "a.crl").write_bytes(b"<html>404</html>")
    with pytest.raises(IdentityUnusable, match="revocacion_ilegible"):
        Lists.read(folder)
    with pytest.raises(IdentityUnusable, match="revocacion_ilegible"):
        Lists.read(tmp_path / "no-hay.crl")

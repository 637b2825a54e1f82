"""Revocation is asked of configured responders alone, believed from the issuer alone, and bounded in every way."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from asn1crypto import pem, x509

from certs.development import make_development_pki
from signing.answers import Answer
from signing.errors import RevocationUnavailable
from signing.revocation import RESPONSE_CAP, Responders, RevocationClient
from signing.trust import TrustAnchors, load_anchors
from tests.support.authorities import Asked, serving
from tests.support.office import TestClock
from tests.support.tsa import send, server

MINUTE = timedelta(minutes=1)


@dataclass
class Authorities:
    """The responders, their hour, and the certificates they know."""

    url: str
    asked: Asked
    clock: TestClock
    pki: Path

    @property
    def anchors(self) -> TrustAnchors:
        """The root."""
        return load_anchors(self.pki / "anclas")

    def certificate(self, name: str) -> x509.Certificate:
        """One of the PKI: a PEM or a citizen's."""
        path = self.pki / f"{name}.pem"
        if path.exists():
            return x509.Certificate.load(pem.unarmor(path.read_bytes())[2])
        return x509.Certificate.load((self.pki / "ciudadanos" / f"{name}.cer").read_bytes())

    def client(self, *, ocsp: str = "", crl: str = "", timeout: float = 1) -> RevocationClient:
        """Asks these for the first answer, and the real root for its list."""
        lists = (crl, f"{self.url}/raiz.crl") if crl else (f"{self.url}/raiz.crl",)
        responders = Responders(ocsp=(ocsp,) if ocsp else (), crl=lists)
        return RevocationClient(responders, self.anchors, timeout_seconds=timeout, cool_down_seconds=0)

    def ask(self, client: RevocationClient, name: str = "maria", since: datetime | None = None) -> tuple[Answer, ...]:
        """About a certificate, now."""
        at = self.clock.time
        others = [self.certificate("emisora")]
        return client.answers(self.certificate(name), others, in_force=at, at=at, since=since)


@pytest.fixture
def authorities(development_pki: Path, now: datetime) -> Iterator[Authorities]:
    clock = TestClock(now)
    with serving(development_pki, clock) as (url, asked):
        yield Authorities(url, asked, clock, development_pki)


@pytest.fixture(params=["ocsp", "crl"])
def client(request: pytest.FixtureRequest, authorities: Authorities) -> RevocationClient:
    """Asks the real authority, one way and the other."""
    url = f"{authorities.url}/{request.param}"
    return authorities.client(ocsp=url) if request.param == "ocsp" else authorities.client(crl=url)


def test_a_good_certificate_and_its_authority(authorities: Authorities, client: RevocationClient) -> None:
    leaf, authority = authorities.ask(client)
    assert leaf.revoked_at is None
    assert leaf.made_at <= authorities.clock.time < (leaf.ends_at or leaf.made_at)
    assert (authority.kind, authority.revoked_at) == ("crl", None)


def test_a_revoked_certificate_since_when(authorities: Authorities, client: RevocationClient, now: datetime) -> None:
    leaf, _ = authorities.ask(client, "revocada")
    assert leaf.revoked_at == now - timedelta(days=30)


def test_an_answer_is_kept_until_it_ends_and_asked_for_again_when_it_is_too_old(
    authorities: Authorities, client: RevocationClient
) -> None:
    first = authorities.ask(client)
    count = len(authorities.asked.paths)
    authorities.clock.time += timedelta(hours=11)
    assert authorities.ask(client) == first
    assert len(authorities.asked.paths) == count
    since = authorities.clock.time - MINUTE
    assert authorities.ask(client, since=since)[0].made_at >= since
    authorities.clock.time += timedelta(hours=13)
    assert authorities.ask(client)[0].made_at > since
    assert len(authorities.asked.paths) == count + 2


def test_the_addresses_in_a_certificate_are_never_asked(
    authorities: Authorities, tmp_path: Path, now: datetime
) -> None:
    asked: list[str] = []

    def note(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        asked.append(handler.path)
        send(handler, b"")

    with server(note) as trap:
        make_development_pki(tmp_path / "pki", at=now, base_url=trap.removesuffix("/tsa"))
        with serving(tmp_path / "pki", authorities.clock) as (url, real):
            theirs = Authorities(url, real, authorities.clock, tmp_path / "pki")
            seal = theirs.certificate("sello")
            assert seal.ocsp_urls == [f"{trap.removesuffix('/tsa')}/ocsp"]
            with pytest.raises(RevocationUnavailable):
                theirs.ask(theirs.client(), "sello")
            assert theirs.ask(theirs.client(ocsp=f"{url}/ocsp"), "sello")[0].revoked_at is None
    assert asked == []


def test_who_leads_to_no_anchor_is_not_asked_about(authorities: Authorities) -> None:
    responders = Responders(ocsp=(f"{authorities.url}/ocsp",))
    client = RevocationClient(responders, TrustAnchors())
    with pytest.raises(RevocationUnavailable, match="no trusted chain"):
        authorities.ask(client)
    assert authorities.asked.paths == []


def test_an_anchor_itself_has_nobody_to_ask(authorities: Authorities) -> None:
    assert authorities.ask(authorities.client(), "raiz") == ()


def test_nobody_to_ask(authorities: Authorities) -> None:
    with pytest.raises(RevocationUnavailable, match="no responder is configured"):
        authorities.ask(RevocationClient(Responders(), authorities.anchors))


def test_a_certificate_that_the_authority_does_not_know(
    authorities: Authorities, tmp_path: Path, now: datetime
) -> None:
    """Another authority of the same name: its answers are signed with another key."""
    make_development_pki(tmp_path / "pki", at=now, base_url="http://pki.invalid")
    with serving(tmp_path / "pki", authorities.clock) as (url, _):
        for client in (authorities.client(ocsp=f"{url}/ocsp"), authorities.client(crl=f"{url}/crl")):
            with pytest.raises(RevocationUnavailable):
                authorities.ask(client)


def test_an_answer_about_somebody_else_is_refused(authorities: Authorities) -> None:
    good = authorities.ask(authorities.client(ocsp=f"{authorities.url}/ocsp"))[0].der
    with server(lambda handler, _body: send(handler, good)) as url, pytest.raises(RevocationUnavailable):
        authorities.ask(authorities.client(ocsp=url), "empresa")


def test_an_answer_that_has_ended_is_refused(authorities: Authorities) -> None:
    old = authorities.ask(authorities.client(ocsp=f"{authorities.url}/ocsp"))[0].der
    authorities.clock.time += timedelta(hours=13)
    with server(lambda handler, _body: send(handler, old)) as url, pytest.raises(RevocationUnavailable):
        authorities.ask(authorities.client(ocsp=url))


def redirect(authorities: Authorities) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(307)
        handler.send_header("Location", f"{authorities.url}/ocsp")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def drip(_authorities: Authorities) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    def answer(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"0")
                time.sleep(0.1)
        except OSError:
            return

    return answer


def flood(_authorities: Authorities) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    return lambda handler, _body: send(handler, bytes(RESPONSE_CAP + 1))


def nonsense(_authorities: Authorities) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
    return lambda handler, _body: send(handler, b"\x30\x03\x0a\x01\x00")


@pytest.mark.parametrize(
    ("bad", "words"),
    [(redirect, "HTTP 307"), (drip, "too slowly"), (flood, "too long"), (nonsense, "nonsense|Error")],
    ids=["redirect", "drip", "flood", "nonsense"],
)
def test_a_bad_responder_is_passed_over_within_its_time(
    authorities: Authorities, bad: Callable[..., Callable[[BaseHTTPRequestHandler, bytes], None]], words: str
) -> None:
    started = time.monotonic()
    with server(bad(authorities)) as url:
        with pytest.raises(RevocationUnavailable, match=words):
            authorities.ask(authorities.client(ocsp=url, timeout=0.5))
        assert time.monotonic() - started < 5
        # The next in the configuration is asked.
        answer = authorities.ask(authorities.client(ocsp=url, crl=f"{authorities.url}/crl", timeout=0.5))[0]
    assert answer.kind == "crl"


def test_a_dead_responder_rests(authorities: Authorities) -> None:
    calls: list[bytes] = []

    def fail(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        calls.append(body)
        send(handler, b"", 500)

    with server(fail) as url:
        responders = Responders(ocsp=(url,))
        client = RevocationClient(responders, authorities.anchors, cool_down_seconds=60)
        for _ in range(3):
            with pytest.raises(RevocationUnavailable):
                authorities.ask(client)
    assert len(calls) == 1


def test_the_proxies_of_the_machine_are_ignored(authorities: Authorities, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert authorities.ask(authorities.client(ocsp=f"{authorities.url}/ocsp"))

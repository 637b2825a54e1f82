"""Time-stamp tokens: accepted by openssl when good, TimestampUnavailable in every other case."""

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from asn1crypto import tsp
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from signing.errors import TimestampUnavailable
from signing.timestamp import FIRST_TOKEN_SIZE, RESPONSE_CAP, Timestamper
from signing.trust import TrustAnchors, load_anchors
from tests.support.tsa import answering, authority, reply, server

MESSAGE = b"||OPD1|OP-2026-000123-5||"


@pytest.fixture(scope="module")
def anchors(development_pki: Path) -> TrustAnchors:
    return load_anchors(development_pki / "anclas")


@pytest.fixture(scope="module")
def tsa(development_pki: Path, now: datetime) -> DummyTimeStamper:
    return authority(development_pki / "tsa.p12", (development_pki / "tsa.password").read_text().strip(), now)


def test_openssl_accepts_the_whole_response(
    responders: str, anchors: TrustAnchors, development_pki: Path, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    token = Timestamper(f"{responders}/tsa", anchors).stamp(MESSAGE)
    (tmp_path / "cadena.txt").write_bytes(MESSAGE)
    (tmp_path / "cadena.tsr").write_bytes(token.response_der)
    command = [tool("openssl"), "ts", "-verify", "-data", "cadena.txt", "-in", "cadena.tsr"]
    root = development_pki / "anclas" / "raiz.pem"
    done = subprocess.run([*command, "-CAfile", str(root)], cwd=tmp_path, capture_output=True, check=False)
    assert b"Verification: OK" in done.stdout + done.stderr


def test_the_token_says_who_and_when(responders: str, anchors: TrustAnchors) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    token = Timestamper(f"{responders}/tsa", anchors).stamp(MESSAGE)
    assert before - timedelta(seconds=1) <= token.gen_time <= datetime.now(UTC)
    assert token.tsa.startswith("Autoridad de sellado de tiempo de desarrollo (DEMO), ")


def test_accepts_an_authority_of_another_make(tsa: DummyTimeStamper, anchors: TrustAnchors, now: datetime) -> None:
    with server(answering(tsa)) as url:
        assert Timestamper(url, anchors).stamp(MESSAGE).gen_time == now


def test_the_size_to_reserve_follows_the_tokens(tsa: DummyTimeStamper, anchors: TrustAnchors) -> None:
    with server(answering(tsa)) as url:
        timestamper = Timestamper(url, anchors)
        assert timestamper.token_size >= FIRST_TOKEN_SIZE
        assert len(timestamper.stamp(MESSAGE).token_der) <= timestamper.token_size


def refused(url: str, anchors: TrustAnchors, *, timeout: float = 5) -> str:
    with pytest.raises(TimestampUnavailable) as caught:
        Timestamper(url, anchors, timeout_seconds=timeout).stamp(MESSAGE)
    return str(caught.value)


def test_a_token_over_another_digest_is_refused(tsa: DummyTimeStamper, anchors: TrustAnchors) -> None:
    def alter(request: tsp.TimeStampReq) -> None:
        request["message_imprint"]["hashed_message"] = bytes(32)

    with server(answering(tsa, alter)) as url:
        assert "does not verify" in refused(url, anchors)


def test_a_replayed_token_is_refused(tsa: DummyTimeStamper, anchors: TrustAnchors) -> None:
    def alter(request: tsp.TimeStampReq) -> None:
        request["nonce"] = 1

    with server(answering(tsa, alter)) as url:
        assert "nonce" in refused(url, anchors)


def test_a_certificate_for_something_else_is_refused(
    development_pki: Path, anchors: TrustAnchors, now: datetime
) -> None:
    people = development_pki / "ciudadanos"
    citizen = authority(people / "maria.p12", (people / "maria.password").read_text().strip(), now)
    with server(answering(citizen)) as url:
        refused(url, anchors)


def test_an_unknown_authority_is_refused(tsa: DummyTimeStamper) -> None:
    with server(answering(tsa)) as url:
        refused(url, TrustAnchors())


def test_an_authority_that_was_not_yet_certified_is_refused(
    development_pki: Path, anchors: TrustAnchors, now: datetime
) -> None:
    password = (development_pki / "tsa.password").read_text().strip()
    early = authority(development_pki / "tsa.p12", password, now - timedelta(days=20 * 365))
    with server(answering(early)) as url:
        refused(url, anchors)


NO_TOKENS = {
    "nothing": b"",
    "no DER": b"no es DER",
    "another structure": b"\x30\x03\x02\x01\x00",
    "granted, without a token": b"\x30\x05\x30\x03\x02\x01\x00",
    "rejected": b"\x30\x05\x30\x03\x02\x01\x02",
}


@pytest.mark.parametrize("body", NO_TOKENS.values(), ids=NO_TOKENS)
def test_what_is_no_token_is_refused(anchors: TrustAnchors, body: bytes) -> None:
    with server(reply(body)) as url:
        refused(url, anchors)


def test_redirects_are_not_followed(tsa: DummyTimeStamper, anchors: TrustAnchors) -> None:
    def redirect(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(307)
        handler.send_header("Location", good)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with server(answering(tsa)) as good, server(redirect) as url:
        assert "307" in refused(url, anchors)


def test_an_endless_response_is_cut(anchors: TrustAnchors) -> None:
    with server(reply(bytes(RESPONSE_CAP + 1))) as url:
        assert "too long" in refused(url, anchors)


def test_a_dripping_response_meets_the_deadline(anchors: TrustAnchors) -> None:
    def drip(handler: BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(bytes(20_000))
                time.sleep(0.1)
        except OSError:
            return

    started = time.monotonic()
    with server(drip) as url:
        refused(url, anchors, timeout=0.5)
        assert time.monotonic() - started < 3


def test_nobody_there(anchors: TrustAnchors) -> None:
    with server(reply(b"")) as url:
        pass
    refused(url, anchors, timeout=1)


def test_credentials_are_sent_and_never_shown(tsa: DummyTimeStamper, anchors: TrustAnchors) -> None:
    seen: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        seen.append(handler.headers["Authorization"])
        answering(tsa)(handler, body)

    with server(answer) as url:
        timestamper = Timestamper(url, anchors, username="municipio", password="muy secreta")
        timestamper.stamp(MESSAGE)
    assert seen == ["Basic bXVuaWNpcGlvOm11eSBzZWNyZXRh"]
    assert "secreta" not in repr(timestamper)

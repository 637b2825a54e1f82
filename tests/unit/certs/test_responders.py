"""The responders of the development PKI, asked by openssl where it is the judge, and by broken requests."""

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import algos, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from flask.testing import FlaskClient

from certs.responders import create_app

Tool = Callable[[str], str]


@pytest.fixture
def client(development_pki: Path, now: datetime) -> FlaskClient:
    return create_app(development_pki, clock=lambda: now).test_client()


def citizen(pki: Path, name: str) -> x509.Certificate:
    return x509.load_der_x509_certificate((pki / "ciudadanos" / f"{name}.cer").read_bytes())


def issuer(pki: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((pki / "emisora.pem").read_bytes())


def request(algorithm: str = "sha256", digest: bytes = bytes(32), nonce: int | None = None) -> bytes:
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}), "hashed_message": digest}
    fields = {"version": "v1", "message_imprint": imprint, "cert_req": True}
    return bytes(tsp.TimeStampReq(fields | ({"nonce": nonce} if nonce else {})).dump())


def stamped(client: FlaskClient, body: bytes) -> bytes:
    response = client.post("/tsa", data=body)
    assert (response.status_code, response.mimetype) == (200, "application/timestamp-reply")
    return bytes(response.data)


def test_openssl_accepts_the_token_over_its_own_request(
    client: FlaskClient, development_pki: Path, tool: Tool, tmp_path: Path
) -> None:
    (tmp_path / "cadena.txt").write_text("||OPD1|OP-2026-000123-5||")
    query = [tool("openssl"), "ts", "-query", "-data", "cadena.txt", "-sha256", "-cert", "-out", "q.tsq"]
    subprocess.run(query, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "r.tsr").write_bytes(stamped(client, (tmp_path / "q.tsq").read_bytes()))
    anchor = str(development_pki / "anclas" / "raiz.pem")
    for against in (["-data", "cadena.txt"], ["-queryfile", "q.tsq"]):
        verify = [tool("openssl"), "ts", "-verify", *against, "-in", "r.tsr", "-CAfile", anchor]
        assert b"Verification: OK" in subprocess.run(verify, cwd=tmp_path, check=True, capture_output=True).stdout


def test_the_token_carries_nonce_imprint_and_the_instant_of_the_clock(client: FlaskClient, now: datetime) -> None:
    response = tsp.TimeStampResp.load(stamped(client, request(digest=b"d" * 32, nonce=77)))
    info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["nonce"].native == 77
    assert info["message_imprint"]["hashed_message"].native == b"d" * 32
    assert info["gen_time"].native == now


@pytest.mark.parametrize(("body", "reason"), [
    (b"", "bad_data_format"),
    (b"hola", "bad_data_format"),
    (request()[:-3], "bad_data_format"),
    (request() + b"\x00", "bad_data_format"),
    (request(digest=bytes(20)), "bad_data_format"),
    (request("sha1", bytes(20)), "bad_alg"),
], ids=["empty", "text", "cut", "trailing", "wrong length", "weak"])  # fmt: skip
def test_a_request_that_cannot_be_served_gets_a_rejection_and_no_token(
    client: FlaskClient, body: bytes, reason: str
) -> None:
    response = stamped(client, body)
    status = tsp.PKIStatusInfo.load(response[2:], strict=True)  # all that the outer sequence holds
    assert (response[0], response[1]) == (0x30, len(response) - 2)
    assert status["status"].native == "rejection"
    assert status["fail_info"].native == {reason}


def answer(client: FlaskClient, asked: ocsp.OCSPRequestBuilder) -> ocsp.OCSPResponse:
    response = client.post("/ocsp", data=asked.build().public_bytes(Encoding.DER))
    assert (response.status_code, response.mimetype) == (200, "application/ocsp-response")
    return ocsp.load_der_ocsp_response(response.data)


def about(pki: Path, name: str) -> ocsp.OCSPRequestBuilder:
    return ocsp.OCSPRequestBuilder().add_certificate(citizen(pki, name), issuer(pki), hashes.SHA256())


def test_ocsp_tells_good_from_revoked(client: FlaskClient, development_pki: Path, now: datetime) -> None:
    assert answer(client, about(development_pki, "maria")).certificate_status is ocsp.OCSPCertStatus.GOOD
    revoked = answer(client, about(development_pki, "revocada"))
    assert revoked.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert revoked.revocation_time_utc == now - timedelta(days=30)


def test_ocsp_says_unknown_of_a_number_it_never_gave(client: FlaskClient, development_pki: Path) -> None:
    known = about(development_pki, "maria").build()
    asked = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        known.issuer_name_hash, known.issuer_key_hash, 12345, hashes.SHA256()
    )
    assert answer(client, asked).certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_ocsp_echoes_the_nonce_and_is_signed_by_the_issuer(client: FlaskClient, development_pki: Path) -> None:
    nonce = x509.OCSPNonce(b"0123456789abcdef")
    response = answer(client, about(development_pki, "maria").add_extension(nonce, critical=False))
    assert response.extensions.get_extension_for_class(x509.OCSPNonce).value == nonce
    key = issuer(development_pki).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256())


def test_ocsp_answers_malformed_and_foreign_requests_as_such(client: FlaskClient, development_pki: Path) -> None:
    malformed = ocsp.load_der_ocsp_response(client.post("/ocsp", data=b"hola").data)
    assert malformed.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    foreign = ocsp.OCSPRequestBuilder().add_certificate_by_hash(bytes(32), bytes(32), 1, hashes.SHA256())
    assert answer(client, foreign).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_the_list_names_the_revoked_alone_and_is_signed_by_the_issuer(
    client: FlaskClient, development_pki: Path, now: datetime
) -> None:
    listed = x509.load_der_x509_crl(client.get("/crl").data)
    assert listed.is_signature_valid(issuer(development_pki).public_key())  # type: ignore[arg-type]
    assert [each.serial_number for each in listed] == [citizen(development_pki, "revocada").serial_number]
    assert listed.next_update_utc is not None
    assert listed.last_update_utc <= now < listed.next_update_utc


def test_a_request_that_is_too_long_is_not_read(client: FlaskClient) -> None:
    assert client.post("/tsa", data=bytes(65 * 1024)).status_code == 413

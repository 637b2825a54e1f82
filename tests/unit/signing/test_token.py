"""A key in a token: it signs there, a lost session is opened again once, and no PIN is ever tried in vain twice."""

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pkcs11 import Attribute, ObjectClass

from signing.errors import IdentityUnusable
from signing.identity import SealIdentity
from signing.sandbox import Sandbox
from signing.seal import SealEngine
from signing.token import generate, open_token
from signing.token_name import BadUri, TokenKeyName
from signing.trust import load_anchors
from tests.support.office import blank_pdf
from tests.support.seals import PIN, Authority, SoftToken

MESSAGE = b"||OPD1|OP-2026-000123-5||"
SEAL = "unidad"


@pytest.fixture(scope="module")
def settings(
    soft_token: SoftToken, authority: Authority, now: datetime, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """A seal in the token."""
    path = tmp_path_factory.mktemp("certificado") / "sello.pem"
    return soft_token.seal(SEAL, path, authority, now - timedelta(days=1))


def opened(settings: dict[str, str], pin: str = PIN) -> SealIdentity:
    return open_token(TokenKeyName.parse(settings["PKCS11"]), Path(settings["CERTIFICATE"]), pin)


@pytest.fixture
def identity(settings: dict[str, str]) -> SealIdentity:
    return opened(settings)


def library(token: SoftToken) -> object:
    return pkcs11.lib(token.module)


def test_what_the_token_signs_verifies_under_the_certificate(identity: SealIdentity) -> None:
    public = x509.load_pem_x509_certificate(identity.certificate_pem.encode()).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    signature = identity.sign(MESSAGE)
    assert len(signature) == identity.signature_size
    public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def test_it_seals_a_document_as_any_other_and_pdfsig_agrees(
    identity: SealIdentity, development_pki: Path, now: datetime, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    sandbox = Sandbox()
    engine = SealEngine(sandbox, identity, timestamper=None, anchors=load_anchors(development_pki / "anclas"))
    target = tmp_path / "sellado.pdf"
    sealed = engine.seal_own(blank_pdf(tmp_path / "a.pdf"), target, reason="Prueba", at=now)
    sandbox.close()
    assert sealed.strategy == "invisible"
    said = subprocess.run([tool("pdfsig"), str(target)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in said


def test_the_key_cannot_leave_the_token(soft_token: SoftToken, settings: dict[str, str]) -> None:
    with pkcs11.lib(soft_token.module).get_token(token_label=soft_token.label).open() as session:
        [key] = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: SEAL})
        with pytest.raises(pkcs11.AttributeSensitive):
            _ = key[Attribute.PRIVATE_EXPONENT]


def test_a_lost_session_is_opened_again(soft_token: SoftToken, identity: SealIdentity, now: datetime) -> None:
    pkcs11.lib(soft_token.module).reinitialize()
    identity.sign(MESSAGE)
    pkcs11.lib(soft_token.module).reinitialize()
    identity.ensure_usable(now)
    identity.sign(MESSAGE)


def test_a_token_that_is_gone_is_away_and_comes_back_by_itself(
    soft_token: SoftToken, identity: SealIdentity, now: datetime
) -> None:
    with soft_token.away():
        with pytest.raises(IdentityUnusable, match="token_"):
            identity.sign(MESSAGE)
        with pytest.raises(IdentityUnusable, match="token_ausente"):
            identity.ensure_usable(now)
    identity.ensure_usable(now)
    identity.sign(MESSAGE)


def test_a_wrong_pin_is_told(soft_token: SoftToken, settings: dict[str, str]) -> None:
    pkcs11.lib(soft_token.module).reinitialize()  # a login counts for the whole process
    with pytest.raises(IdentityUnusable, match="pin_incorrecto"):
        opened(settings, "000000")
    opened(settings)


def test_two_seals_in_one_token_share_its_login(
    soft_token: SoftToken, settings: dict[str, str], authority: Authority, now: datetime, tmp_path: Path
) -> None:
    other = opened(soft_token.seal("segunda", tmp_path / "otro.pem", authority, now - timedelta(days=1)))
    first = opened(settings)
    for identity in (first, other, first):
        identity.sign(MESSAGE)
    pkcs11.lib(soft_token.module).reinitialize()
    for identity in (first, other, first):
        identity.sign(MESSAGE)


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("pkcs11:token=Pruebas;object=no-hay?module-path={module}", "sin_clave"),
        ("pkcs11:token=Otro;object=unidad?module-path={module}", "token_ausente"),
        ("pkcs11:token=Pruebas;object=unidad?module-path=/no/existe.so", "modulo_ilegible"),
    ],
)
def test_what_is_not_there_is_named(soft_token: SoftToken, settings: dict[str, str], uri: str, code: str) -> None:
    with pytest.raises(IdentityUnusable, match=code):
        opened(settings | {"PKCS11": uri.format(module=soft_token.module)})


def test_the_certificate_of_another_key_is_refused(soft_token: SoftToken, settings: dict[str, str]) -> None:
    generate(TokenKeyName.parse(soft_token.uri("ajena")), PIN, 2048)
    with pytest.raises(IdentityUnusable, match="clave_no_corresponde"):
        opened(settings | {"PKCS11": soft_token.uri("ajena")})


def test_no_second_key_is_made_under_a_name(soft_token: SoftToken, settings: dict[str, str]) -> None:
    with pytest.raises(IdentityUnusable, match="clave_no_admitida"):
        generate(TokenKeyName.parse(settings["PKCS11"]), PIN, 2048)


def test_the_pin_does_not_show(identity: SealIdentity) -> None:
    assert PIN not in repr(vars(identity)) + repr(identity)


def test_a_name_is_read_as_rfc_7512_writes_it() -> None:
    name = TokenKeyName.parse(
        "pkcs11:token=Mi%20token;object=sello%3B1;id=%01%FF;type=private?module-path=/usr/lib/p.so"
    )
    assert name == TokenKeyName("/usr/lib/p.so", "Mi token", "sello;1", b"\x01\xff")


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("/usr/lib/p.so", "debe empezar"),
        ("pkcs11:token=a?module-path=/p.so", "debe decir token, object o id"),
        ("pkcs11:object=a?module-path=/p.so", "debe decir token, object o id"),
        ("pkcs11:token=a;object=b", "module-path"),
        ("pkcs11:token=a;object=b?module-path=/p.so&pin-value=1234", "no debe llevar el PIN"),
        ("pkcs11:token=a;objet=b?module-path=/p.so", "no se entiende «objet»"),
    ],
)
def test_a_name_that_is_none_says_why_and_no_more(uri: str, why: str) -> None:
    with pytest.raises(BadUri) as refused:
        TokenKeyName.parse(uri)
    assert why in str(refused.value)
    assert "1234" not in str(refused.value)

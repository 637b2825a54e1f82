"""A seal whose key lives in a PKCS#11 token (HSM, smart card): it signs there and never leaves it.

One session for each key and process, opened after the fork. A session that was lost is opened again once, then the
token is away. No PIN is tried when a single try is left: each wrong one brings the token nearer to locking itself. A
login counts for the whole process, as PKCS#11 has it: two seals in one token share it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as faults

from signing.certificate import read_certificates
from signing.errors import IdentityUnusable
from signing.identity import SealIdentity
from signing.token_name import TokenKeyName

# RFC 8017, 9.2, note 1: the DigestInfo of SHA-256 without the digest. With it CKM_RSA_PKCS signs what
# CKM_SHA256_RSA_PKCS would, which fewer tokens have; and the message need not travel to the token.
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
WRONG_PIN = (faults.PinIncorrect, faults.PinInvalid, faults.PinLenRange, faults.PinExpired)


def open_token(name: TokenKeyName, certificate_path: Path, pin: str) -> SealIdentity:
    """The identity of a key in a token; its certificate (issuers may follow) is a file. Raises IdentityUnusable."""
    own, *chain = read_certificates(certificate_path)
    return SealIdentity(TokenKey(name, pin), own, chain)


class TokenKey:
    """A private key in a token, with its session. Raises IdentityUnusable."""

    def __init__(self, name: TokenKeyName, pin: str) -> None:
        self._name = name
        self._pin = pin
        with _translated():
            self._open()
            self.modulus = int.from_bytes(self._key[Attribute.MODULUS])

    def sign(self, message: bytes) -> bytes:
        """As SigningKey has it; a lost session is opened again once."""
        digest_info = DIGEST_INFO + sha256(message).digest()
        with _translated():
            try:
                return self._sign(digest_info)
            except faults.PKCS11Error:
                self._open()
                return self._sign(digest_info)

    def ensure_reachable(self) -> None:
        """Asks the session for the key, and opens it again once."""
        with _translated():
            try:
                _ = self._key[Attribute.KEY_TYPE]
            except faults.PKCS11Error:
                self._open()

    def _sign(self, digest_info: bytes) -> bytes:
        return bytes(self._key.sign(digest_info, mechanism=Mechanism.RSA_PKCS))

    def _open(self) -> None:
        # The old session is not closed: that would log out the other seal of this process, if it is in the same token.
        name = self._name
        self._key: Any = _session(name, self._pin).get_key(ObjectClass.PRIVATE_KEY, KeyType.RSA, name.label, name.id)


def _session(name: TokenKeyName, pin: str, *, writable: bool = False) -> pkcs11.Session:
    """A session on the token with its user logged in."""
    library = pkcs11.lib(name.module)
    try:
        return _log_in(library.get_token(token_label=name.token), pin, writable=writable)
    except (*WRONG_PIN, faults.PinLocked):
        raise  # a wrong PIN is not tried again
    except faults.PKCS11Error:
        library.reinitialize()  # libraries look for tokens once: one that went away and came back is not seen else
        return _log_in(library.get_token(token_label=name.token), pin, writable=writable)


def _log_in(token: pkcs11.Token, pin: str, *, writable: bool) -> pkcs11.Session:
    if token.flags & (TokenFlag.USER_PIN_FINAL_TRY | TokenFlag.USER_PIN_LOCKED):
        raise IdentityUnusable("pin_por_bloquearse", token.label)
    try:
        return token.open(rw=writable, user_pin=pin)
    except faults.UserAlreadyLoggedIn:
        return token.open(rw=writable)


def generate(name: TokenKeyName, pin: str, bits: int) -> tuple[TokenKey, bytes]:
    """A new RSA key in the token that cannot leave it, and its public half (SubjectPublicKeyInfo, DER).

    Raises IdentityUnusable, also (`clave_no_admitida`) where a key of that name is there already.
    """
    with _translated():
        opened = _session(name, pin, writable=True)
        if list(opened.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, **_named(name)})):
            raise IdentityUnusable("clave_no_admitida", "the token has a key of that name")
        hidden = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
        public, _ = opened.generate_keypair(
            KeyType.RSA, bits, id=name.id, label=name.label, store=True, private_template=hidden
        )
        numbers = {
            "modulus": int.from_bytes(public[Attribute.MODULUS]),
            "public_exponent": int.from_bytes(public[Attribute.PUBLIC_EXPONENT]),
        }
    return TokenKey(name, pin), PublicKeyInfo.wrap(RSAPublicKey(numbers), "rsa").dump()


def _named(name: TokenKeyName) -> dict[Attribute, str | bytes]:
    found = {Attribute.LABEL: name.label, Attribute.ID: name.id}
    return {attribute: value for attribute, value in found.items() if value is not None}


_CODES: tuple[tuple[type[faults.PKCS11Error] | tuple[type[faults.PKCS11Error], ...], str], ...] = (
    (WRONG_PIN, "pin_incorrecto"),
    (faults.PinLocked, "pin_por_bloquearse"),
    ((faults.NoSuchToken, faults.MultipleTokensReturned, faults.TokenNotPresent), "token_ausente"),
    ((faults.NoSuchKey, faults.MultipleObjectsReturned), "sin_clave"),
)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except faults.PKCS11Error as error:
        code = next((code for kinds, code in _CODES if isinstance(error, kinds)), "token_no_responde")
        # A library that cannot be loaded has no class of its own.
        code = "modulo_ilegible" if "while loading" in str(error) else code
        raise IdentityUnusable(code, f"{type(error).__name__} {error}".strip()) from None

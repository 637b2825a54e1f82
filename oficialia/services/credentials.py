"""Passwords and one-time codes of the staff: how they are made, kept and checked.

Passwords are kept as Argon2id (RFC 9106), codes are TOTP (RFC 6238). Nothing here knows accounts.
"""

import hmac
import os
import secrets
import threading
import unicodedata
from datetime import datetime

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor.totp import TOTP

# What OWASP asks for at least (Password Storage Cheat Sheet: 19 MiB, two passes, one lane). More would be paid by the
# window: whoever floods the sign-in takes its threads for the time of a hash. With a second factor, twelve characters
# and growing delays it is enough; the parameters stand in each hash, so that they can grow later.
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
SALT_BYTES, HASH_BYTES = 16, 32
# And must not fill its memory: two at once are 38 MiB, the others wait a moment.
_HASHING = threading.BoundedSemaphore(2)

SHORTEST, LONGEST = 12, 200  # characters
FEWEST_DIFFERENT = 6
# Without what is mistaken on paper: 0 o, 1 l i, 2 z, 5 s, u v. 20 of these are 94 bits.
_ALPHABET = "346789abcdefghjkmnpqrtuwxy"
_GROUPS, _GROUP = 4, 5

SECRET_BYTES = 20  # RFC 4226, section 4
STEP_SECONDS = 30
DIGITS = 6
# A clock that is half a minute off, or a code typed at its last moment: one step to each side (RFC 6238, section 5.2).
SKEW = (-1, 0, 1)


def hash_password(password: str) -> str:
    """What is kept of a password: a PHC string, different each time."""
    salt = os.urandom(SALT_BYTES)
    with _HASHING:
        kept: str = Argon2id(
            salt=salt, length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
        ).derive_phc_encoded(_bytes(password))
    return kept


def is_password(password: str, kept: str) -> bool:
    """Whether ``password`` is the one that ``kept`` was made of."""
    with _HASHING:
        try:
            Argon2id.verify_phc_encoded(_bytes(password), kept)
        except InvalidKey:
            return False
    return True


def _bytes(password: str) -> bytes:
    """In NFKC, so that a letter typed in two ways is one (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode()


def make_password() -> str:
    """A password for somebody else: ``k7m3q-xw4hd-…``."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def weakness(password: str, username: str) -> str:
    """Why a password cannot be taken, as a sentence; empty when it can. Length counts, signs are not asked for (NIST SP
    800-63B)."""
    if len(password) < SHORTEST:
        return f"Escriba {SHORTEST} caracteres o más. Puede ser una frase con espacios."
    if len(password) > LONGEST:
        return f"Escriba {LONGEST} caracteres o menos."
    if username in password.casefold():
        return "La contraseña no debe llevar su nombre de usuario. Escriba otra."
    if len(set(password)) < FEWEST_DIFFERENT:
        return "La contraseña repite mucho los mismos caracteres. Escriba otra."
    return ""


def make_secret() -> bytes:
    """The secret that an account shares with its authenticator."""
    return secrets.token_bytes(SECRET_BYTES)


def provisioning_uri(secret: bytes, username: str, issuer: str) -> str:
    """``otpauth://…``, as authenticators read it from a QR code."""
    return _totp(secret).get_provisioning_uri(username, issuer)


def code_at(secret: bytes, at: datetime) -> str:
    """The code that an authenticator shows at that instant."""
    return _totp(secret).generate(at.timestamp()).decode()


def step_of(code: str, secret: bytes, *, last: int, at: datetime) -> int | None:
    """The step of ``code``, if it is the code of one around ``at`` that is later than ``last``; else None. Takes the
    same time for every code."""
    typed = "".join(character for character in code if character in "0123456789").encode()
    totp, now = _totp(secret), int(at.timestamp()) // STEP_SECONDS
    right = [step for step in (now + skew for skew in SKEW) if _is_code(totp, step, typed)]
    return next((step for step in right if step > last), None)


def _is_code(totp: TOTP, step: int, typed: bytes) -> bool:
    return hmac.compare_digest(totp.generate(step * STEP_SECONDS), typed)


def _totp(secret: bytes) -> TOTP:
    # SHA-1, because authenticators know nothing else; HMAC does not need a hash without collisions.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303

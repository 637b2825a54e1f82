"""Which key of which PKCS#11 token, named by a PKCS#11 URI (RFC 7512), as `p11tool --list-all` prints it:

pkcs11:token=Oficialia;object=sello;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, unquote_to_bytes

SCHEME = "pkcs11:"


class BadUri(ValueError):
    """No PKCS#11 URI that names a key; the message (es-MX) says why, and repeats none of it."""


@dataclass(frozen=True)
class TokenKeyName:
    """Which key of which token: `label` or `id`, or both."""

    module: str
    token: str
    label: str | None
    id: bytes | None

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Read a PKCS#11 URI. Raises BadUri."""
        if not uri.startswith(SCHEME):
            raise BadUri("debe empezar con «pkcs11:»")
        path, _, query = uri.removeprefix(SCHEME).partition("?")
        named, asked = _pairs(path, ";"), _pairs(query, "&")
        if {"pin-value", "pin-source"} & asked.keys():
            raise BadUri("no debe llevar el PIN: va en la contraseña del sello")
        if strange := (named.keys() - {"token", "object", "id", "type"}) | (asked.keys() - {"module-path"}):
            raise BadUri(f"no se entiende «{min(strange)}»: use token, object, id y module-path")
        if not named.get("token") or not asked.get("module-path") or not (named.get("object") or named.get("id")):
            raise BadUri("debe decir token, object o id, y module-path")
        label = unquote(named["object"]) if named.get("object") else None
        key_id = unquote_to_bytes(named["id"]) if named.get("id") else None
        return cls(unquote(asked["module-path"]), unquote(named["token"]), label, key_id)


def _pairs(text: str, separator: str) -> dict[str, str]:
    return {name: value for name, _, value in (each.partition("=") for each in text.split(separator) if each)}

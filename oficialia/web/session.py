"""What the browser's session remembers: who it is to us, which filings it opened, and which draft it works on.

The cookie is signed, not encrypted, so it holds no clave and no code: only ids and folios of this same person.
It opens a filing after it was filed or after its clave was given, and for twelve hours at most, because many people
file from a borrowed computer.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Flask, session

from oficialia.errors import NotFound
from oficialia.services.buzon import Medio
from oficialia.web.context import WebOptions

_LIFETIME = timedelta(hours=12)
_REMEMBERED = 10  # the newest filings; more would outgrow a cookie
NOT_HERE = (
    "Esta página solo se abre en el navegador donde se presentó el escrito. "
    "Para verlo aquí, escriba su folio y su clave en Seguimiento."
)


def install(app: Flask, options: WebOptions) -> None:
    """Signs the cookie and keeps it from scripts, other sites and plain http."""
    app.secret_key = options.session_secret
    app.config.update(
        SESSION_COOKIE_NAME="__Host-oficialia" if options.https else "oficialia",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=options.https,
        PERMANENT_SESSION_LIFETIME=_LIFETIME,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: people write their petition slowly
    )


def session_id() -> str:
    """A random name of this session, made on first use; idempotency keys are bound to it."""
    if not isinstance(session.get("sid"), str):
        session["sid"] = secrets.token_urlsafe(16)
    return str(session["sid"])


def remember(folio: str, filing_id: UUID, warnings: tuple[str, ...] = (), *, medio: Medio = Medio.SESION) -> None:
    """Lets this session open the filing, and shows it ``warnings`` while it does. ``medio``: how it showed that it
    may."""
    kept = {name: entry for name, entry in _filings().items() if name != folio}
    newest = dict(list(kept.items())[-(_REMEMBERED - 1) :])
    session["expedientes"] = newest | {folio: [filing_id.hex, *warnings]}
    session["medios"] = {name: word for name, word in _medios().items() if name in newest} | {folio: medio.value}


def opened(folio: str) -> UUID:
    """The id of a filing that this session may open. Raises NotFound, the same for absent and for not yours."""
    entry = _filings().get(folio)
    if not entry:
        raise NotFound(NOT_HERE)
    return UUID(hex=entry[0])


def medio(folio: str) -> Medio:
    """How this session showed that it may open the filing."""
    return Medio(_medios().get(folio, Medio.SESION))


def warnings(folio: str) -> tuple[str, ...]:
    """What the person should look at again, as remembered when the filing was made."""
    return tuple(_filings().get(folio, ())[1:])


def folios() -> tuple[str, ...]:
    """The filings that this session may open, newest first."""
    return tuple(reversed(_filings()))


def filing_ids() -> tuple[UUID, ...]:
    """Their ids."""
    return tuple(map(opened, folios()))


def draft_id() -> UUID | None:
    """The draft that this session is working on."""
    kept = session.get("borrador")
    return UUID(hex=kept) if isinstance(kept, str) else None


def set_draft(draft: UUID) -> None:
    """Works on this draft from here on."""
    session["borrador"] = draft.hex


def drop_draft() -> None:
    """Works on none; the draft itself stays behind its code."""
    session.pop("borrador", None)


def inbox() -> UUID | None:
    """The entry of the inbox that this session asked for, open or not."""
    kept = session.get("buzon")
    return UUID(hex=kept) if isinstance(kept, str) else None


def set_inbox(entry: UUID) -> None:
    """This session asked for that entry."""
    session["buzon"] = entry.hex


def drop_inbox() -> None:
    """Forgets the inbox; filings that were opened from it stay open."""
    session.pop("buzon", None)


def close() -> None:
    """Forgets everything: the next person at this computer sees nothing."""
    session.clear()


def _medios() -> dict[str, str]:
    return dict(session.get("medios", {}))


def _filings() -> dict[str, list[str]]:
    return dict(session.get("expedientes", {}))

"""Confirming an e-mail address with a one-time code; only then is the acuse mailed."""

from uuid import UUID

from oficialia.runtime import Runtime


def confirm(runtime: Runtime, filing_id: UUID, code: str) -> bool:
    """Whether ``code`` is the one last mailed. True also asks for the acuse to be mailed. Raises TooMany after 5 wrong
    codes
    (a new one must be asked for), NotFound when the filing gave no address."""
    raise NotImplementedError


def resend(runtime: Runtime, filing_id: UUID) -> None:
    """Mails a new code; the ones before stop counting. Raises TooMany after 3, NotFound when the filing gave no
    address."""
    raise NotImplementedError

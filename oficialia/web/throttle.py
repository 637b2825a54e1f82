"""How often one address may file, verify, and try claves and codes.

Counted in Redis, so that every web process counts together; in this process's memory while Redis is down, because a
broken counter must not close the window.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter

from oficialia.web.context import WebOptions
from oficialia.web.uploads import announced

# What one request of each endpoint costs of `WebOptions.throttle`; endpoints are counted apart. Claves and codes are 80
# bits long, or six digits with five tries: the double price only keeps machines from trying all day.
_COSTS = {
    "ventanilla.submit": 1,
    "wizard_review.file": 1,
    "wizard_tasks.mail_link": 2,
    "efirma.prepare": 1,
    "efirma.finish": 1,
    "verification.examine": 1,
    "verification.revision": 1,
    "api.verify": 1,
    "verification.show_code": 1,
    "verification.find_code": 2,
    "tracking.open_filing": 2,
    "confirmation.confirm_email": 2,
    "inbox.ask": 4,
    "inbox.enter": 2,
    "inbox.enter_with_efirma": 2,
    "confirmation.resend_email": 2,
    "draft_link.open_draft": 2,
}
# Drafts, which nobody has signed for: how many are made, how many uploads are begun, how many pieces come, and how many
# KiB they are in all, with the form or by themselves. A filing has some sixty files at most; 2 GiB are twenty of the
# largest filings, from one address in one hour.
_MADE = "60 per minute; 600 per hour"
_BEGUN = "240 per minute; 1000 per hour"
_PIECES = "1200 per minute"
_KIBIBYTES = f"{2 << 20} per hour"
_MAKING = ("wizard_start.begin", "answering.answer", "answering.add")
_BY_THEMSELVES = ("tus.append", "tus.other_method")
_WITH_THE_FORM = (
    "wizard_who.say_more",
    "wizard_writing.say_content",
    "wizard_papers.hand_in",
    "wizard_signature.say_how",
)


def install(app: Flask, options: WebOptions) -> None:
    """Puts the limits on the views; call it when all blueprints are registered."""
    limiter = Limiter(
        address,
        app=app,
        storage_uri=options.redis_url,
        storage_options=_patience(options.redis_url),
        in_memory_fallback_enabled=True,
        swallow_errors=True,  # the fallback itself raises in threads that were counting when Redis died
        strategy="fixed-window",
        key_prefix="oficialia",
    )

    def put(endpoint: str, limit: str, cost: int | Callable[[], int] = 1) -> None:
        limited: Any = limiter.limit(limit, cost=cost)(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited

    for endpoint, cost in _COSTS.items():
        put(endpoint, options.throttle, cost)
    for endpoint in _MAKING:
        put(endpoint, _MADE)
    put("tus.create", _BEGUN)
    for endpoint in _BY_THEMSELVES:
        put(endpoint, _PIECES)
    for endpoint in (*_BY_THEMSELVES, *_WITH_THE_FORM):
        put(endpoint, _KIBIBYTES, _kibibytes)


def _kibibytes() -> int:
    """How much the request brings, at most."""
    return 1 + (announced() >> 10)


def address() -> str:
    """Who is counted: the IPv4 address, or the /64 of an IPv6 one, which one subscriber has whole."""
    try:
        known = ip_address(request.remote_addr or "")
    except ValueError:
        return "desconocida"
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return f"{IPv6Address(int(known) >> 64 << 64)}/64"
    return str(known)


def _patience(url: str) -> dict[str, str | int]:
    """Seconds to wait for Redis: a request must not hang on a counter."""
    return {"socket_connect_timeout": 1, "socket_timeout": 1} if url.startswith("redis") else {}

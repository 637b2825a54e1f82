"""How often one address may file, verify, and try claves and codes.

Counted in Redis, so that every web process counts together; in this process's memory while Redis is down, because a
broken counter must not close the window.
"""

from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter

from oficialia.web.context import WebOptions

# Endpoint and the field of WebOptions with its limit. Claves and codes are 80 bits long or six digits with five tries:
# the throttle only keeps machines from trying all day.
_LIMITED = {
    "ventanilla.submit": "throttle",
    "verification.examine": "throttle",
    "verification.find_code": "tries",
    "verification.show_code": "throttle",
    "tracking.open_filing": "tries",
    "confirmation.confirm_email": "tries",
    "confirmation.resend_email": "tries",
}


def install(app: Flask, options: WebOptions) -> None:
    """Puts the limits on the views; call it when all blueprints are registered."""
    limiter = Limiter(
        address,
        app=app,
        storage_uri=options.redis_url,
        storage_options=_patience(options.redis_url),
        in_memory_fallback_enabled=True,
        strategy="fixed-window",
        key_prefix="oficialia",
    )
    for endpoint, rate in _LIMITED.items():
        limited: Any = limiter.limit(getattr(options, rate))(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited


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

"""What every page is handed: the process's runtime, the options of the web process, and the words of the templates."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

from flask import Flask, current_app, url_for
from flask_wtf.csrf import generate_csrf

from oficialia.domain import wording
from oficialia.domain.look import Look
from oficialia.runtime import Runtime

_KEY = "oficialia"


@dataclass(frozen=True)
class WebOptions:
    """What only the web process needs to know, besides its runtime."""

    session_secret: str = field(repr=False)
    redis_url: str = field(default="memory://", repr=False)  # counters of the throttle
    throttle: str = "10 per minute; 60 per hour"  # filings and verifications of one address
    min_free_bytes: int = 1 << 30
    proxies: int = 0  # how many reverse proxies are in front, whose X-Forwarded-* are believed
    https: bool = True
    demo: bool = False
    look: Look = field(default_factory=Look)


def install(app: Flask, runtime: Runtime, options: WebOptions) -> None:
    """Hands runtime and options to the views, labels and words to the templates."""
    app.extensions[_KEY] = (runtime, options)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        labels=runtime.labels,
        limits=runtime.limits,
        demo=options.demo,
        asset=_assets(Path(str(app.static_folder))),
        csrf_token=generate_csrf,
    )
    app.jinja_env.filters.update(
        long_date=wording.long_date,
        instant=wording.instant,
        short_instant=wording.short_instant,
        file_size=wording.file_size,
        megabytes=wording.megabytes,
        grouped=grouped,
    )


def runtime() -> Runtime:
    """The runtime of the application that answers this request."""
    return cast(Runtime, current_app.extensions[_KEY][0])


def options() -> WebOptions:
    """The web options of the application that answers this request."""
    return cast(WebOptions, current_app.extensions[_KEY][1])


def grouped(digest: str) -> str:
    """A digest in groups of eight, to be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _assets(folder: Path) -> Callable[[str], str]:
    """Addresses of static files that change with their content, so that they can be cached for ever."""

    @cache
    def version(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    return lambda name: url_for("static", filename=name, v=version(name))

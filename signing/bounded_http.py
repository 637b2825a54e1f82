"""Asking a service over HTTP without being at its mercy: a cap on bytes, a deadline, no redirects, nobody's proxies."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_ import create_urllib3_context

CHUNK = 1 << 14
# Authorities' servers (SAT's) still prefer Diffie-Hellman groups that OpenSSL refuses as too small; they know curves.
CIPHERS = "DEFAULT:!kDHE"


class FetchFailed(Exception):
    """The service gave no whole answer with status 200 within the bounds; the text says why, for the log."""


@dataclass(frozen=True)
class Answer:
    """What a service said, whatever its status."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Bounds:
    """What an answer may take: seconds for all of it, and bytes."""

    seconds: float
    size: int


def open_session() -> requests.Session:
    """A session that keeps its connections, and takes nothing from the environment of the machine."""
    session = requests.Session()
    session.mount("https://", _Curves())
    # Proxies and .netrc of the machine are no configuration of ours.
    session.trust_env = False
    return session


class _Curves(HTTPAdapter):
    """TLS without the Diffie-Hellman of numbers."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        context = create_urllib3_context(ciphers=CIPHERS)
        super().init_poolmanager(*arguments, ssl_context=context, **options)


def exchange(
    session: requests.Session,
    method: str,
    url: str,
    bounds: Bounds,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
) -> bytes:
    """The body of an answer with status 200, as it was sent. Raises FetchFailed."""
    answer = ask(session, method, url, bounds, body=body, headers=headers)
    if answer.status != requests.codes.ok:
        raise FetchFailed(f"HTTP {answer.status}")
    return answer.body


def ask(
    session: requests.Session,
    method: str,
    url: str,
    bounds: Bounds,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
) -> Answer:
    """The whole answer, for whoever reads more than one status. Raises FetchFailed."""
    deadline = time.monotonic() + bounds.seconds
    try:
        with session.request(
            method,
            url,
            data=body,
            # What is compressed could be small on the wire and huge here.
            headers={**headers, "Accept-Encoding": "identity"},
            timeout=bounds.seconds,
            allow_redirects=False,
            stream=True,
        ) as response:
            return Answer(response.status_code, _read(response, deadline, bounds.size))
    except (requests.RequestException, HTTPError, HTTPException, OSError) as error:
        raise FetchFailed(type(error).__name__) from error


def _read(response: requests.Response, deadline: float, most: int) -> bytes:
    """The body, unless it is too long or drips in more slowly than the deadline allows."""
    body = bytearray()
    # Whatever has arrived, at once: reading whole chunks would wait for a sender that drips.
    while part := response.raw.read1(CHUNK, decode_content=False):
        body += part
        if len(body) > most:
            raise FetchFailed("the response is too long")
        if time.monotonic() > deadline:
            raise FetchFailed("the response came too slowly")
    return bytes(body)

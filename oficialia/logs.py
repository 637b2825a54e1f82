"""The log: one JSON object a line on standard output, with the request that each line belongs to, and no one's data.

Keys of every line: ``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message``; where there is one, ``request_id``
(the same in the window and in the workers, kept with the filing), ``error`` (a traceback), and whatever a caller gave
as ``extra={"fields": {…}}``. Who runs the process decides where the lines go.
"""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being served, or whose filing is being worked on; empty outside of one."""

# Shapes that can only be somebody's: a CURP, an RFC, an e-mail address, a clave or código.
_PERSONAL = (
    (re.compile(r"\b[A-ZÑ&]{4}\d{6}[A-Z]{6}[A-Z0-9]\d\b", re.IGNORECASE), "[CURP]"),
    (re.compile(r"\b[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}\b", re.IGNORECASE), "[RFC]"),
    (re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+\.\w+"), "[correo]"),
    (re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}\b", re.IGNORECASE), "[clave]"),
)


def masked(text: str) -> str:
    """``text`` without what has the shape of a CURP, an RFC, an e-mail address, a clave or a código."""
    for shape, word in _PERSONAL:
        text = shape.sub(word, text)
    return text


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON, everything in it masked."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if known := request_id.get():
            line["request_id"] = known
        line |= {name: _value(value) for name, value in getattr(record, "fields", {}).items()}
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _value(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) or value is None else masked(str(value))


def configure(level: int | str = logging.INFO) -> None:
    """Sets up the root logger; safe to repeat."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level or logging.INFO, handlers=[handler], force=True)
    # At WARNING it writes whole presigned addresses, signature included.
    logging.getLogger("urllib3").setLevel(logging.ERROR)

"""Dates, instants and sizes as a person in Mexico reads them."""

from datetime import date, datetime

from oficialia.domain.plazos import ZONE

_MEBIBYTE = 1 << 20
_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def long_date(day: date) -> str:
    """``lunes 23 de noviembre de 2026``."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} de {_MONTHS[day.month - 1]} de {day.year}"


def instant(at: datetime) -> str:
    """To the second, with offset and zone name: ``23 de noviembre de 2026, 17:29:35 (UTC-06:00,
    America/Mexico_City)``."""
    local = at.astimezone(ZONE)
    offset = local.isoformat()[-6:]
    return f"{local.day} de {_MONTHS[local.month - 1]} de {local.year}, {local:%H:%M:%S} (UTC{offset}, {ZONE.key})"


def short_instant(at: datetime) -> str:
    """To the minute, local: ``23 de noviembre de 2026, 17:29 h``."""
    local = at.astimezone(ZONE)
    return f"{local.day} de {_MONTHS[local.month - 1]} de {local.year}, {local:%H:%M} h"


def iso_local(at: datetime) -> str:
    """ISO 8601 to the second with the local offset: the form used in the cadena original and the ledger."""
    return at.astimezone(ZONE).replace(microsecond=0).isoformat()


def file_size(size: int) -> str:
    """``1,234 bytes``, ``310 KB`` or ``2.4 MB``."""
    if size < 10_000:
        return f"{size:,} bytes"
    if size < 1_000_000:
        return f"{size / 1_000:,.0f} KB"
    return f"{size / 1_000_000:,.1f} MB"


def megabytes(size: int) -> str:
    """A limit as people name it: ``25 MB``."""
    return f"{size // _MEBIBYTE if size % _MEBIBYTE == 0 else size // 1_000_000} MB"


def mask(value: str) -> str:
    """A CURP or RFC with only its first four and last two characters: ``PEXM****…09``; empty stays empty."""
    if len(value) <= 6:
        return "*" * len(value)
    return value[:4] + "*" * (len(value) - 6) + value[-2:]


def mask_email(address: str) -> str:
    """An address by which its owner knows it and nobody else learns it: ``ma…@correo.mx``; empty stays empty."""
    name, at, domain = address.rpartition("@")
    return f"{name[:2]}…{at}{domain}" if address else ""

"""Whatever goes wrong, a clerk reads a Spanish sentence about it, and nothing technical or personal."""

import errno
import re
import smtplib

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from oficialia.db import DatabaseUnavailable
from oficialia.services import seal_words
from oficialia.services.outbox import INTERRUPTED
from oficialia.services.seal_words import sentence
from signing.errors import (
    IdentityFault,
    IdentityUnusable,
    ProtectionFailed,
    RevocationUnavailable,
    SandboxFailure,
    SandboxUnavailable,
    SealingFailed,
    TimestampUnavailable,
)
from storage.errors import StorageMismatch, StorageUnavailable
from workers import reasons
from workers.reasons import is_outage, reason

AWAY: list[BaseException] = [
    StorageUnavailable("the store did not answer: MaxRetryError"),
    DatabaseUnavailable("server closed the connection"),
    TimestampUnavailable("no answer"),
    RevocationUnavailable("http://ocsp: FetchFailed: HTTP 500"),
    SandboxUnavailable("no namespaces"),
    reasons.LedgerUnpublished("no checkpoint yet"),
    *(IdentityUnusable(code, "2020-01-01") for code in IdentityFault),
    OSError(errno.ENOSPC, "No space left on device"),
    PermissionError(errno.EACCES, "Permission denied"),
    ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
    TimeoutError("timed out"),
    smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
    smtplib.SMTPAuthenticationError(535, b"5.7.8 bad"),
    smtplib.SMTPDataError(451, b"later"),
    smtplib.SMTPRecipientsRefused({"maria@correo.mx": (450, b"busy")}),
]
FAULTY: list[BaseException] = [
    StorageMismatch("expedientes/…: other bytes"),
    SealingFailed("the gap"),
    ProtectionFailed("an earlier signature got worse"),
    SandboxFailure("memory"),
    SoftTimeLimitExceeded(),
    smtplib.SMTPDataError(554, b"5.7.1 spam"),
    smtplib.SMTPSenderRefused(550, b"no", "oficialia@chalco.mx"),
    smtplib.SMTPRecipientsRefused({"maria@correo.mx": (550, b"no such user")}),
    RuntimeError("list index out of range"),
    KeyError("folio"),
]
SENTENCE = re.compile(r"(El|La|No|Un|Esta|Abrir) ([a-záéíóúñ0-9 ,:]|PIN)+\.( Avise a quien administra el sistema\.)?")


@pytest.mark.parametrize("error", [*AWAY, *FAULTY], ids=repr)
def test_every_reason_is_a_sentence_without_anything_technical(error: BaseException) -> None:
    assert SENTENCE.fullmatch(reason(error)), reason(error)


def test_a_worker_that_died_without_a_word_has_such_a_sentence_too() -> None:
    assert SENTENCE.fullmatch(INTERRUPTED)


def test_what_is_away_is_told_from_what_is_wrong() -> None:
    assert all(map(is_outage, AWAY))
    assert not any(map(is_outage, FAULTY))


def test_no_sentence_is_out_of_reach() -> None:
    said = {reason(error) for error in (*AWAY, *FAULTY)}
    known = {words for _, words in (*reasons._OUTAGES, *reasons._FAULTS) if words}
    known |= {reasons._UNFORESEEN, reasons._NO_ROOM} | {sentence(IdentityUnusable(code)) for code in seal_words.WORDS}
    assert said == known


def test_a_full_disk_is_named() -> None:
    assert "espacio" in reason(OSError(errno.EDQUOT, "Disk quota exceeded"))

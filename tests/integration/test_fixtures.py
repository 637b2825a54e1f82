"""The shared fixtures give real, working services."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import psycopg
import redis

from tests.conftest import SmtpSink


def test_valkey_forgets_nothing_that_it_acknowledged(valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        assert client.config_get("appendfsync") == {"appendfsync": "always"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_postgres_gives_an_empty_database_of_ones_own(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_the_mail_sink_keeps_what_it_was_sent(smtp_sink: SmtpSink) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "oficialia@chalco.example", "ana@correo.example", "Acuse ñandú"
    message.set_content("Su acuse va adjunto.")
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        client.send_message(message)
    [kept] = smtp_sink.messages()
    assert kept["Subject"] == "Acuse ñandú"


def test_the_development_pki_is_there(development_pki: Path) -> None:
    assert (development_pki / "sello.p12").is_file()

"""People at the desk, for tests: accounts of a running office, and their browsers."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from oficialia.domain.filing import Rol
from oficialia.domain.staff import Actor
from oficialia.models import StaffAccount
from oficialia.runtime import Runtime
from oficialia.services import credentials, staff_accounts
from oficialia.services.staff_accounts import Issued, Person
from oficialia.services.staff_sessions import actor_of
from oficialia.services.staff_sign_in import Attempt
from tests.support.office import TestClock
from tests.support.window import Visitor

PASSWORD = "una frase larga y propia"
ADDRESS = "192.0.2.1"


def hire(runtime: Runtime, username: str, role: Rol = Rol.OFICIAL_DE_PARTES, area: str = "") -> Issued:
    """An account with PASSWORD."""
    person = Person(username, f"Persona {username.capitalize()}", role, area)
    return staff_accounts.enroll(runtime.database, person, password=PASSWORD, who="pruebas", now=runtime.clock())


def actor(runtime: Runtime, username: str) -> Actor:
    """The holder of an account."""
    with runtime.database.reading() as session:
        return actor_of(session.scalars(select(StaffAccount).where(StaffAccount.username == username)).one())


def attempt(runtime: Runtime, issued: Issued, **changes: str) -> Attempt:
    """What the holder of an account types now, at a moment whose code was not used yet."""
    assert isinstance(runtime.clock, TestClock)
    runtime.clock.time += timedelta(seconds=credentials.STEP_SECONDS)
    code = credentials.code_at(issued.totp_secret, runtime.clock.time)
    return replace(Attempt(issued.username, issued.password, code, ADDRESS), **changes)


@dataclass
class Clerk(Visitor):
    """A browser of somebody of the staff, who is signed in."""

    runtime: Runtime = field(kw_only=True)
    issued: Issued = field(kw_only=True)

    def __post_init__(self) -> None:
        """Opens the browser and signs in."""
        super().__post_init__()
        self.entered = self.enter()
        assert self.entered.status_code == 303, self.entered.text

    def enter(self, **changes: str) -> TestResponse:
        """Signs in, or tries to."""
        typed = attempt(self.runtime, self.issued)
        values = {"usuario": typed.username, "contrasena": typed.password, "codigo": typed.code}
        return self.send("/mesa/entrar", values | changes)


def clerk(app: Flask, runtime: Runtime, username: str, role: Rol = Rol.OFICIAL_DE_PARTES, area: str = "") -> Clerk:
    """A new account, signed in."""
    return Clerk(app, runtime=runtime, issued=hire(runtime, username, role, area))

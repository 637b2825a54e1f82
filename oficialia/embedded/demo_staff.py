"""The people of the demonstration's desk: one of each role, and a second officer, because an annulment takes two.

Their passwords and secrets are made once and kept in the folder of the installation, in the clear: there is nothing to
protect there, and who tries the desk may have no phone at hand. Only the embedded default calls this.
"""

import json
from base64 import b32decode, b32encode
from contextlib import closing
from datetime import datetime
from pathlib import Path

from oficialia.clock import now
from oficialia.db import Database
from oficialia.domain.filing import Rol
from oficialia.embedded.installation import Installation
from oficialia.embedded.process import ServiceFailed
from oficialia.register_settings import RegisterSettings
from oficialia.services import credentials, staff_accounts
from oficialia.services.staff_accounts import Issued, Person
from oficialia.settings import load

PEOPLE = (
    Person("oficial", "Olga Demostración", Rol.OFICIAL_DE_PARTES),
    Person("oficial2", "Omar Demostración", Rol.OFICIAL_DE_PARTES),
    Person("obras", "Berta Demostración", Rol.AREA, "OB"),
    Person("auditor", "Aurelio Demostración", Rol.AUDITOR),
)
FILE = "personal.json"
WHO, MOTIVE = "demostración", "El archivo de la demostración ya no tenía esta cuenta."


def prepare(installation: Installation) -> None:
    """Makes the accounts that are missing; the register must be up to date. Raises ServiceFailed outside a
    demonstration."""
    settings = load(RegisterSettings, installation.environment(RegisterSettings, 0))
    if settings.env != "demo":
        raise ServiceFailed("Las cuentas de demostración solo se hacen en una demostración.")
    kept = _read(installation.folder)
    with closing(Database(settings.database_url.get_secret_value())) as database:
        there = {account.username for account in staff_accounts.listing(database)}
        for person in PEOPLE:
            if person.username not in there or person.username not in kept:
                issued = _issue(database, person, again=person.username in there)
                secret = b32encode(issued.totp_secret).decode()
                kept[person.username] = {"contrasena": issued.password, "secreto": secret}
    _write(installation.folder, kept)


def lines(folder: Path, url: str) -> list[str]:
    """What whoever started the demonstration is told: where the desk is, and how to get in."""
    kept = _read(folder)
    if not kept:
        return []
    told = [f"Mesa del personal: {url}/mesa (solo en esta demostración; se guarda en {folder / FILE})"]
    for person in PEOPLE:
        entry = kept[person.username]
        told.append(f"  {person.username:<9} {entry['contrasena']}   secreto TOTP {entry['secreto']}")
    return [*told, f"  Sin aplicación de códigos: .venv/bin/oficialia personal codigo oficial --carpeta {folder}"]


def code(folder: Path, username: str, at: datetime) -> str:
    """The code of an account of the demonstration at that moment. Raises ServiceFailed where there is none."""
    if (entry := _read(folder).get(username)) is None:
        raise ServiceFailed(
            f"En {folder} no hay ninguna cuenta de demostración «{username}». Ponga antes en marcha «make run»."
        )
    return credentials.code_at(b32decode(entry["secreto"]), at)


def _issue(database: Database, person: Person, *, again: bool) -> Issued:
    if again:
        password = credentials.make_password()
        return staff_accounts.reset(database, person.username, password=password, who=WHO, motive=MOTIVE, now=now())
    return staff_accounts.enroll(database, person, password="", who=WHO, now=now(), must_change=False)


def _read(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / FILE
    kept: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return kept


def _write(folder: Path, kept: dict[str, dict[str, str]]) -> None:
    path = folder / FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")

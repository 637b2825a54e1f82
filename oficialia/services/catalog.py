"""The published catalogue: loading it, and what the form needs of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from oficialia.db import Database
from oficialia.domain import cedula
from oficialia.domain.filing import Acto, NivelFirma
from oficialia.domain.plazos import ZONE, Corte, Silencio
from oficialia.errors import FieldFault, SubmissionRefused
from oficialia.models import Area, Cedula, DocumentKind, Tramite
from oficialia.services import ledger
from oficialia.services import policies as published
from oficialia.services.ledger import Turn


@dataclass(frozen=True)
class AreaOption:
    """An area as the form lists it."""

    clave: str
    nombre: str
    words: str = ""  # by which people look for it


@dataclass(frozen=True)
class Requirement:
    """A document that a tramite asks for."""

    clave: str
    name: str
    optional: bool
    repeats: bool
    meaning: str  # what it is, for who has to bring it

    @property
    def words(self) -> str:
        """As a list of requirements has it."""
        if self.optional:
            return f"{self.name} (opcional)"
        return f"{self.name} (los que hagan falta)" if self.repeats else self.name


@dataclass(frozen=True)
class TramiteOption:
    """A tramite as the form and the catalogue list it."""

    clave: str
    nombre: str
    area_clave: str
    area: str  # its area's name
    description: str  # what it is for, in a sentence
    plazo_dias_habiles: int | None
    silencio: str
    costo: str
    requirements: tuple[Requirement, ...]
    level: NivelFirma  # the least signature that it needs
    level_reason: str  # why
    needs_curp: bool
    needs_rfc: bool
    exercises_arco: bool = False  # the tramite for the rights over one's own data
    words: str = ""  # by which people look for it

    @property
    def requisitos(self) -> tuple[str, ...]:
        """The requirements in words."""
        return tuple(each.words for each in self.requirements)


@dataclass(frozen=True)
class Choices:
    """Everything the form offers."""

    areas: tuple[AreaOption, ...]
    tramites: tuple[TramiteOption, ...]
    document_kinds: tuple[tuple[str, str], ...]  # clave, name


def choices(database: Database) -> Choices:
    """What can be asked for and sent, in the order in which it is shown."""
    with database.reading() as session:
        kinds = {kind.clave: kind for kind in session.scalars(select(DocumentKind))}
        areas = session.scalars(select(Area).order_by(Area.nombre)).all()
        query = select(Tramite).options(joinedload(Tramite.area), joinedload(Tramite.cedulas))
        tramites = session.scalars(query.order_by(Tramite.nombre)).unique().all()
        return Choices(
            areas=tuple(AreaOption(area.clave, area.nombre, area.palabras) for area in areas),
            tramites=tuple(_option(tramite, kinds) for tramite in tramites),
            document_kinds=tuple(
                sorted(((each.clave, each.nombre) for each in kinds.values()), key=lambda kind: kind[1])
            ),
        )


def destination(session: Session, tramite: str, area: str) -> tuple[Tramite | None, Area]:
    """The tramite of that clave, if one is given, and the area that attends to it, or else the area of that clave.
    Raises SubmissionRefused where there is none."""
    asked = session.get(Tramite, tramite) if tramite else None
    attends = asked.area if asked else session.get(Area, area)
    if attends is None or (tramite and asked is None):
        raise SubmissionRefused(FieldFault("destino", "Elija el trámite o el área de la lista."))
    return asked, attends


def required_by(frozen: Cedula | None) -> tuple[str, ...]:
    """The requirements of a cédula as it has them; none without one."""
    return tuple(json.loads(frozen.content)["requisitos"]) if frozen else ()


def requirements(session: Session, frozen: Cedula | None) -> dict[str, str]:
    """The requirements of a cédula as it has them, each in words."""
    kinds = {kind.clave: kind for kind in session.scalars(select(DocumentKind))}
    return {text: _requirement(text, kinds).words for text in required_by(frozen)}


def _option(tramite: Tramite, kinds: Mapping[str, DocumentKind]) -> TramiteOption:
    content = json.loads(tramite.cedulas[-1].content)
    asked = content.get("identificadores", ())
    return TramiteOption(
        clave=tramite.clave,
        nombre=tramite.nombre,
        area_clave=tramite.area_clave,
        area=tramite.area.nombre,
        description=content.get("descripcion", ""),
        plazo_dias_habiles=tramite.plazo_dias_habiles,
        silencio=tramite.silencio,
        costo=content["costo"],
        requirements=tuple(_requirement(text, kinds) for text in content["requisitos"]),
        level=NivelFirma(content.get("nivel_firma", NivelFirma.N0)),
        level_reason=content.get("nivel_motivo", ""),
        needs_curp="curp" in asked,
        needs_rfc="rfc" in asked,
        exercises_arco=bool(content.get("derechos_arco")),
        words=tramite.palabras,
    )


def _requirement(text: str, kinds: Mapping[str, DocumentKind]) -> Requirement:
    """A requirement of a cédula, which marks one that is optional with ``?`` and one that may repeat with ``*``."""
    clave = text.rstrip("?*")
    kind = kinds.get(clave)
    name, meaning = (kind.nombre, kind.explicacion) if kind else (kind_name(clave), "")
    return Requirement(clave, name, text.endswith("?"), text.endswith("*"), meaning)


def kind_name(clave: str) -> str:
    """``comprobante_domicilio`` as ``Comprobante domicilio``, for a kind whose name nobody wrote."""
    return clave.replace("_", " ").capitalize()


def load(database: Database, catalogue: Mapping[str, Any], policies: Mapping[str, Any], now: datetime) -> None:
    """Loads areas, tramites, kinds of document, calendar and policies. Safe to repeat: a cédula that changed gets a new
    version in force from that day, nothing is removed; each change of a cédula, of a calendar and of the policies is a
    leaf of the ledger. Raises ValueError naming the entry that is wrong."""
    with database.transaction() as session:
        turn = ledger.take_turn(session, now)
        for entry in _entries(catalogue, "areas", "clave", "nombre", "tipo"):
            area = Area(clave=entry["clave"], nombre=entry["nombre"], tipo=entry["tipo"])
            area.palabras = entry.get("palabras", "")
            session.merge(area)
        names = policies.get("nombres_tipos_documento", {})
        explained = policies.get("explicaciones_tipos_documento", {})
        for clave in catalogue["tipos_documento"]:
            kind = DocumentKind(clave=clave, nombre=names.get(clave, kind_name(clave)))
            kind.explicacion = explained.get(clave, "")
            session.merge(kind)
        session.flush()
        for entry in _entries(catalogue, "tramites", "clave", "nombre", "area", "silencio", "requisitos", "costo"):
            _load_tramite(session, turn, entry, policies)
        published.load_calendar(session, turn, catalogue["calendario"])
        published.load_policies(session, turn, policies["politicas"])


def _entries(catalogue: Mapping[str, Any], part: str, *needed: str) -> list[Mapping[str, Any]]:
    for entry in catalogue[part]:
        missing = [key for key in needed if key not in entry]
        if missing:
            msg = f"{part}: a «{entry.get('clave', entry)}» le falta {', '.join(missing)}"
            raise ValueError(msg)
    return list(catalogue[part])


def _load_tramite(session: Session, turn: Turn, entry: Mapping[str, Any], policies: Mapping[str, Any]) -> None:
    if session.get(Area, entry["area"]) is None:
        msg = f"tramites: «{entry['clave']}» nombra el área desconocida «{entry['area']}»"
        raise ValueError(msg)
    corte = entry.get("corte")
    if entry.get("nivel_firma", NivelFirma.N0) not in set(NivelFirma):
        msg = f"tramites: «{entry['clave']}» pide el nivel de firma desconocido «{entry['nivel_firma']}»"
        raise ValueError(msg)
    session.merge(
        Tramite(
            clave=entry["clave"],
            nombre=entry["nombre"],
            area_clave=entry["area"],
            plazo_dias_habiles=entry.get("plazo_dias_habiles"),
            plazo_fundamento=entry.get("fundamento", policies["fundamento_tramites"]),
            silencio=Silencio(entry["silencio"]),
            corte=Corte(corte) if corte else None,
            datos_sensibles=bool(entry.get("datos_sensibles")),
            palabras=entry.get("palabras", ""),
        )
    )
    session.flush()
    # By what people look for it is no matter of law, and may be bettered without a new version of the cédula.
    frozen = {key: value for key, value in entry.items() if key != "palabras"}
    _publish_cedula(session, turn, entry["clave"], entry["area"], cedula.canonical(frozen))


def _publish_cedula(session: Session, turn: Turn, clave: str, area: str, content: str) -> None:
    last = session.scalars(select(Cedula).where(Cedula.tramite_clave == clave).order_by(Cedula.version.desc())).first()
    if last is not None and last.content == content:
        return
    version, digest = last.version + 1 if last else 1, cedula.digest(content)
    session.add(
        Cedula(
            tramite_clave=clave,
            version=version,
            content=content,
            sha256=digest,
            vigente_desde=turn.registered_at.astimezone(ZONE).date(),
        )
    )
    facts: dict[str, str | int] = {"acto": Acto.CEDULA, "tramite": clave, "version": version, "cedula": digest}
    ledger.append_public(session, turn, Acto.CEDULA, facts, area=area, tramite=clave)

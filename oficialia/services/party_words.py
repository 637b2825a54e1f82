"""Who files, and who speaks or signs for whom, in words: for the acuse, and for the pages of citizen and desk."""

from collections.abc import Sequence
from dataclasses import dataclass

from oficialia.domain.parties import PROMOVENTES, Parte, presented_by
from oficialia.domain.wording import mask, mask_email
from oficialia.models import Party
from signing.acuse_content import AcuseParty

PERSON_WORDS = {"fisica": "Persona física", "juridica": "Persona jurídica colectiva"}
ROLE_WORDS = {
    Parte.PROMOVENTE: "Promovente",
    Parte.REPRESENTANTE_COMUN: "Promovente y representante común",
    Parte.REPRESENTANTE: "Representante",
    Parte.A_RUEGO: "Firma a ruego",
}
PAGE_WORDS = {
    Parte.PROMOVENTE: "Presenta",
    Parte.REPRESENTANTE_COMUN: "Presenta, y representa a todos",
    Parte.REPRESENTANTE: "Representa",
    Parte.A_RUEGO: "Firma a ruego",
}
IN_FULL = 6  # promoventes of whom everything is said; of the others, the name


@dataclass(frozen=True)
class Told:
    """The parties of a filing: those of whom everything is said, in their order, and the names of the many others."""

    people: tuple[Party, ...]
    listed: tuple[str, ...]


def told(parties: Sequence[Party]) -> Told:
    """Every promovente is named, but many of them take a paragraph, not pages."""
    promoventes = [party for party in parties if party.role in PROMOVENTES]
    listed = [party for party in promoventes[IN_FULL:] if party.role == Parte.PROMOVENTE]
    people = (party for party in parties if party not in listed)
    return Told(tuple(people), tuple(party.name for party in listed))


@dataclass(frozen=True)
class PersonView:
    """Somebody of a filing, with what they gave of themselves, masked: others may look at the same screen."""

    role: str
    name: str
    data: tuple[tuple[str, str], ...]


def person_view(party: Party) -> PersonView:
    """As tracking shows it."""
    given = (
        ("CURP", mask(party.curp)),
        ("RFC", mask(party.rfc)),
        ("Correo", mask_email(party.email)),
        ("Teléfono", mask(party.phone)),
    )
    role = PAGE_WORDS[Parte(party.role)]
    return PersonView(role, party.name, tuple((name, value) for name, value in given if value))


def presenters(parties: Sequence[Party]) -> str:
    """Who files, in a few words for a list."""
    return presented_by([party.name for party in parties if party.role in PROMOVENTES])


def for_acuse(parties: Sequence[Party]) -> tuple[AcuseParty, ...]:
    """Field 6."""
    found = told(parties)
    in_full = [_party(party, _note(party, parties)) for party in found.people]
    if not found.listed:
        return tuple(in_full)
    return (*in_full, AcuseParty("Promoventes", "También presentan", curp=None, rfc=None, note="; ".join(found.listed)))


def _party(party: Party, note: str) -> AcuseParty:
    return AcuseParty(
        role=ROLE_WORDS[Parte(party.role)],
        name=party.name,
        kind=PERSON_WORDS[party.kind],
        curp=mask(party.curp) if party.kind == "fisica" else None,
        rfc=mask(party.rfc),
        note=note,
    )


def _note(party: Party, parties: Sequence[Party]) -> str:
    if party.role == Parte.REPRESENTANTE_COMUN:
        return f"Representa a las {sum(each.role in PROMOVENTES for each in parties)} personas que presentan."
    if party.role == Parte.A_RUEGO:
        return f"Firma porque {parties[0].name} no puede firmar."
    return ""

"""The forms of the wizard: one page, one thing. What each field may hold is as in the form of one page."""

from typing import Any

from wtforms import BooleanField, Field, StringField, TextAreaField, ValidationError

from oficialia.domain.filing import NivelFirma
from oficialia.domain.names import fold
from oficialia.domain.parties import MOST_PROMOVENTES, Way
from oficialia.web.forms import (
    ASUNTO,
    NO_ASUNTO,
    NO_PREVIOUS,
    PETITION,
    OfficeForm,
    curp_field,
    email_field,
    if_given,
    is_folio,
    line_field,
    longest_of,
    needed,
    no_bar,
    one_of,
    phone_field,
    rfc_field,
)
from oficialia.web.text import clean_line, clean_text

OTHERS = MOST_PROMOVENTES - 1  # beside the first; more are a list of signatures
_NAMES = 20_000  # characters


def _choice(words: tuple[str, ...], sentence: str) -> StringField:
    return StringField(filters=[clean_line], validators=[one_of(words, sentence)])


class WhatForm(OfficeForm):
    """What is asked for: a tramite, or an area for a writing of one's own."""

    destino = line_field(needed("Elija una opción, o busque con otras palabras."), longest=80)


class WhoForm(OfficeForm):
    """Who files."""

    persona = _choice(("fisica", "juridica"), "Elija si presenta una persona o una empresa u organización.")
    nombre = line_field(needed("Escriba el nombre de quien presenta."))
    curp = curp_field()
    rfc = rfc_field()
    como = _choice(tuple(way.value for way in Way), "Elija cómo presenta su escrito.")


class RepresentativeForm(OfficeForm):
    """Who files for another."""

    rep_nombre = line_field(needed("Escriba el nombre de quien representa."))
    rep_curp = curp_field()
    rep_rfc = rfc_field()


class SeveralForm(OfficeForm):
    """Who files with the first: one name a line, and whom of all of them the office talks to."""

    otros = TextAreaField(filters=[clean_text], validators=[longest_of(_NAMES)])
    comun = line_field(needed("Escriba el nombre de su representante común: con esa persona tratará la oficina."))

    def validate_otros(self, _field: Field) -> None:
        """At least one, and no more than the acuse has room for."""
        names = names_in(self.otros.data or "")
        if not names:
            raise ValidationError("Escriba el nombre de las demás personas, uno en cada renglón.")
        if len(names) > OTHERS:
            raise ValidationError(f"Escriba a lo más {OTHERS} nombres. Suba los demás en la lista de firmas.")
        if any(len(name) > ASUNTO for name in names):
            raise ValidationError("Escriba cada nombre en su propio renglón: hay uno demasiado largo.")


class UnableForm(OfficeForm):
    """Who signs because who files cannot."""

    ruego_nombre = line_field(needed("Escriba el nombre de quien firma a ruego."))


class WritingForm(OfficeForm):
    """What the writing is about, and how it comes."""

    asunto = line_field(needed(NO_ASUNTO), no_bar, longest=ASUNTO)
    forma = _choice(("texto", "pdf", "fotos"), "Elija cómo entrega su escrito: escrito aquí, PDF o fotografías.")
    folio_previo = line_field(if_given(is_folio, NO_PREVIOUS))


class PetitionForm(OfficeForm):
    """A petition typed in the page."""

    peticion = TextAreaField(
        filters=[clean_text], validators=[needed("Escriba su petición: qué pasa y qué pide."), longest_of(PETITION)]
    )


class SignatureForm(OfficeForm):
    """How the writing is signed."""

    nivel = _choice(tuple(level.value for level in NivelFirma), "Elija cómo firma su escrito.")


class NoticesForm(OfficeForm):
    """How the office tells of what happens."""

    correo = email_field()
    telefono = phone_field()
    domicilio = line_field(longest=300)
    buzon = BooleanField()


class ReviewForm(OfficeForm):
    """The legal act: the declaration, the notice that was read, and the digest of all that the page showed."""

    declaracion = BooleanField(validators=[needed("Marque la declaración para poder presentar.")])
    privacidad = BooleanField(validators=[needed("Confirme que leyó el aviso de privacidad.")])
    privacidad_version = line_field(longest=20)
    visto = line_field(longest=64)


class MailLinkForm(OfficeForm):
    """Where to send the code of the draft."""

    correo_borrador = email_field(needed("Escriba el correo al que le enviamos su código."))


def names_in(text: str) -> list[str]:
    """The names of a list, one for each line that has any."""
    return list(filter(None, map(clean_line, text.splitlines())))


def speaker(first: str, others: str, typed: str) -> str:
    """The representante común as the list names them, however ``typed`` writes it; "" when the list has nobody so."""
    everybody = (first, *names_in(others))
    return next((name for name in everybody if fold(name) == fold(typed)), "")


def values(form: OfficeForm) -> dict[str, Any]:
    """What was answered, without what protects the form."""
    return {field.name: field.data for field in form if field.name != "csrf_token"}

"""The forms of the window: what each field may hold, and the sentence for when it does not.

A form only checks shapes.
"""

import base64
import re
from collections.abc import Callable
from typing import Any, Self

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, StopValidation

from oficialia.domain.folio import Folio
from oficialia.errors import FieldFault
from oficialia.web import identifiers
from oficialia.web.text import clean_line, clean_text

ASUNTO = 200
PETITION = 20_000  # about ten typed pages; longer ones come as a PDF
EXPIRED = (
    "La página estuvo abierta demasiado tiempo o su navegador no acepta cookies. "
    "Revise sus datos y envíe el formulario otra vez."
)
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_PHONE = re.compile(r"[0-9 +().-]{7,30}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_NO_REVISION = "La página llegó incompleta. Verifique el archivo otra vez."
NO_ASUNTO = "Escriba el asunto: en pocas palabras, de qué trata su escrito."
NO_PREVIOUS = "Revise el folio anterior: es como OP-2026-000123-5. Si no lo recuerda, déjelo vacío."
UNREADABLE = "Hay letras que no llegaron completas (�). Escríbalas de nuevo."
Check = Callable[[FlaskForm, Field], None]


def needed(sentence: str) -> Check:
    """Stops at a field that was left empty."""

    def check(_form: FlaskForm, field: Field) -> None:
        if not field.data:
            raise StopValidation(sentence)

    return check


def one_of(words: tuple[str, ...], sentence: str) -> Check:
    """Stops at anything but these words."""

    def check(_form: FlaskForm, field: Field) -> None:
        if field.data not in words:
            raise StopValidation(sentence)

    return check


def if_given(fits: Callable[[str], object], sentence: str) -> Check:
    """A fault where something was typed that does not fit."""

    def check(_form: FlaskForm, field: Field) -> None:
        if field.data and not fits(field.data):
            raise ValidationError(sentence)

    return check


def longest_of(characters: int) -> Length:
    """At most that many characters."""
    return Length(max=characters, message=f"Escriba {characters:,} caracteres o menos.")


def is_folio(value: str) -> bool:
    """Whether it can be read as a folio."""
    return len(value) <= 40 and Folio.parse(value) is not None


def line_field(*checks: Any, longest: int = 200) -> StringField:
    """One line of text."""
    return StringField(filters=[clean_line], validators=[*checks, longest_of(longest)])


def curp_field() -> StringField:
    """A CURP, or nothing."""
    sentence = "Revise la CURP: tiene 18 letras y números. Si no la tiene a la mano, deje el espacio vacío."
    return StringField(
        filters=[clean_line, identifiers.normalise], validators=[if_given(identifiers.is_curp, sentence)]
    )


def rfc_field() -> StringField:
    """An RFC, or nothing."""
    sentence = "Revise el RFC: tiene 12 o 13 letras y números. Si no lo tiene a la mano, deje el espacio vacío."
    return StringField(filters=[clean_line, identifiers.normalise], validators=[if_given(identifiers.is_rfc, sentence)])


def email_field(*checks: Any) -> StringField:
    """An e-mail address; without ``checks``, or nothing."""
    sentence = "Revise el correo: se escribe como nombre@correo.mx, sin espacios."
    return line_field(*checks, if_given(_EMAIL.fullmatch, sentence), longest=254)


def phone_field() -> StringField:
    """A telephone number, or nothing."""
    sentence = "Revise el teléfono: escriba solo números, por ejemplo 55 1234 5678."
    return line_field(if_given(_PHONE.fullmatch, sentence), longest=30)


def no_bar(_form: FlaskForm, field: Field) -> None:
    """The asunto goes into the cadena original, whose separator is ``|``."""
    if "|" in field.data:
        raise ValidationError("Quite la barra vertical « | » del asunto: ese signo no se puede usar ahí.")


def _fault(field: Field) -> str:
    """What is wrong with it, or nothing. Bytes that are no UTF-8 arrive as U+FFFD."""
    if field.errors:
        return EXPIRED if field.name == "csrf_token" else str(field.errors[0])
    return UNREADABLE if isinstance(field.data, str) and "\ufffd" in field.data else ""


class OfficeForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form protected against forged requests, whose errors are sentences in Spanish."""

    @classmethod
    def blank(cls) -> Self:
        """The form of a page not sent yet."""
        return cls(formdata=None)

    @classmethod
    def sent(cls) -> Self:
        """What was sent; reads the body to its end. Files are no text, whatever field they were sent under."""
        return cls(formdata=request.form)

    def faults(self) -> list[FieldFault]:
        """Every fault in the order of the page, at most one a field."""
        found = ((field.name, _fault(field)) for field in self)
        return [FieldFault(name, sentence) for name, sentence in found if sentence]

    def check(self) -> list[FieldFault]:
        """Validates and returns the faults."""
        self.validate()
        return self.faults()

    @property
    def forged(self) -> bool:
        """Whether the request cannot be shown to come from our own page in this session."""
        return bool(self.csrf_token.errors)


class FilingForm(OfficeForm):
    """Everything of `/presentar/en-una-pagina` but its files."""

    persona = StringField(
        filters=[clean_line],
        validators=[one_of(("fisica", "juridica"), "Elija si presenta una persona o una empresa u organización.")],
    )
    nombre = line_field(needed("Escriba el nombre de quien presenta."))
    curp = curp_field()
    rfc = rfc_field()
    correo = email_field()
    telefono = phone_field()
    domicilio = line_field(longest=300)
    rep_nombre = line_field()
    rep_curp = curp_field()
    rep_rfc = rfc_field()
    destino = line_field(needed("Elija a quién dirige su escrito, o el trámite que pide."), longest=80)
    asunto = line_field(needed(NO_ASUNTO), no_bar, longest=ASUNTO)
    forma = StringField(
        filters=[clean_line],
        validators=[
            one_of(("texto", "pdf", "fotos"), "Elija cómo entrega su escrito: escrito aquí, PDF o fotografías.")
        ],
    )
    peticion = TextAreaField(filters=[clean_text], validators=[longest_of(PETITION)])
    folio_previo = line_field(if_given(is_folio, NO_PREVIOUS))
    buzon = BooleanField()
    declaracion = BooleanField(validators=[needed("Marque la declaración para poder presentar.")])
    privacidad = BooleanField(validators=[needed("Confirme que leyó el aviso de privacidad.")])
    privacidad_version = line_field(longest=20)
    clave_envio = StringField(filters=[clean_line])

    def validate_peticion(self, field: Field) -> None:
        """A typed petition is the main document, so it cannot be empty."""
        if self.forma.data == "texto" and not field.data.strip():
            raise ValidationError("Escriba su petición, o elija entregarla como PDF o como fotografías.")

    def validate_rep_nombre(self, field: Field) -> None:
        """A CURP or RFC of a representative needs the name it belongs to."""
        if not field.data and (self.rep_curp.data or self.rep_rfc.data):
            raise ValidationError("Escriba el nombre de quien representa.")

    def validate_clave_envio(self, field: Field) -> None:
        """Without the key of our own form a double tap would give two folios."""
        if not _KEY.fullmatch(field.data):
            raise ValidationError("El formulario llegó incompleto. Revise sus datos y envíelo otra vez.")


class TrackingForm(OfficeForm):
    """Folio and clave de seguimiento."""

    folio = line_field(
        needed("Escriba su folio. Es como OP-2026-000123-5."),
        if_given(lambda value: not Folio.is_misspelt(value), "Revise el folio: una letra o número no corresponde."),
        longest=40,
    )
    clave = line_field(needed("Escriba su clave de seguimiento. Tiene 16 letras y números."), longest=60)


class InboxForm(OfficeForm):
    """The address whose filings somebody wants to see."""

    correo = email_field(needed("Escriba el correo que confirmó al presentar."))


class OpenForm(OfficeForm):
    """The button of a filing in the inbox."""

    folio = line_field(needed(EXPIRED), if_given(is_folio, EXPIRED), longest=40)


class EmailCodeForm(OfficeForm):
    """The six digits mailed to an address."""

    codigo = StringField(
        filters=[clean_line, lambda value: re.sub(r"\D", "", value)[:12]],
        validators=[needed("Escriba el código de 6 números que enviamos a su correo.")],
    )


class CodeForm(OfficeForm):
    """A código de verificación typed from paper."""

    codigo = line_field(needed("Escriba el código impreso en el documento. Tiene 16 letras y números."), longest=60)


class DraftCodeForm(OfficeForm):
    """The code of a draft."""

    codigo = line_field(needed("Escriba el código de su borrador. Tiene 16 letras y números."), longest=60)


class RevisionForm(OfficeForm):
    """Which signed revision of the file that comes with it: the number of its bytes."""

    hasta = StringField(
        filters=[clean_line],
        validators=[if_given(re.compile(r"[0-9]{1,12}").fullmatch, _NO_REVISION), needed(_NO_REVISION)],
    )


class EmptyForm(OfficeForm):
    """A button: nothing but the protection."""


class AnswerForm(OfficeForm):
    """What an e.firma answered to a question of ours: certificate and signature in base64."""

    reto = StringField(validators=[needed(UNREADABLE), longest_of(300)])
    certificado = StringField(validators=[needed(UNREADABLE), longest_of(30_000)])
    firma = StringField(validators=[needed(UNREADABLE), longest_of(2_000)])

    def bytes_of(self, name: str) -> bytes:
        """A field as bytes; none for what is no base64, which is no certificate and no signature."""
        try:
            return base64.b64decode(self[name].data, validate=True)
        except ValueError:
            return b""

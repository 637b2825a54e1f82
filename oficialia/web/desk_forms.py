"""The forms of the desk."""

from wtforms import Field, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from oficialia.services import credentials
from oficialia.services.acts import REASON_CHARACTERS
from oficialia.web.forms import OfficeForm, needed
from oficialia.web.text import clean_line, clean_text

_LONG = Length(max=credentials.LONGEST, message="Escriba menos caracteres.")


def _as_typed(sentence: str) -> StringField:
    """A password: nothing of it is cleaned away."""
    return StringField(validators=[needed(sentence), _LONG])


class SignInForm(OfficeForm):
    """Username, password and the code of the moment."""

    usuario = StringField(filters=[clean_line], validators=[needed("Escriba su usuario."), _LONG])
    contrasena = _as_typed("Escriba su contraseña.")
    codigo = StringField(
        filters=[clean_line], validators=[needed("Escriba el código de 6 números de su aplicación."), _LONG]
    )
    siguiente = StringField(filters=[clean_line])


class PasswordForm(OfficeForm):
    """The password of now, and the next one twice."""

    actual = _as_typed("Escriba su contraseña actual.")
    nueva = _as_typed("Escriba la contraseña nueva.")
    otra_vez = _as_typed("Escriba otra vez la contraseña nueva.")

    def validate_otra_vez(self, field: Field) -> None:
        """Typed twice, because it is not seen."""
        if field.data != self.nueva.data:
            raise ValidationError("Las dos contraseñas nuevas no son iguales. Escríbalas otra vez.")


class ActForm(OfficeForm):
    """An act of the desk: its reason, and what only some of them ask for."""

    motivo = TextAreaField(
        filters=[clean_text],
        validators=[
            needed("Escriba el motivo."),
            Length(max=REASON_CHARACTERS, message=f"Escriba {REASON_CHARACTERS:,} caracteres o menos."),
        ],
    )
    area = StringField(filters=[clean_line])
    requisitos = SelectMultipleField(validate_choice=False)
    visto = StringField(filters=[clean_line])
    paso = StringField(filters=[clean_line])

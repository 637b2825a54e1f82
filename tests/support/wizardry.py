"""A citizen who goes through the wizard, page by page, in a browser without JavaScript."""

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.support.window import Visitor, faults

ANSWERS: dict[str, dict[str, Any]] = {
    "/presentar": {"destino": "area:OB"},
    "/presentar/quien": {"persona": "fisica", "nombre": "María Peña Núñez", "como": "propio"},
    "/presentar/escrito": {"asunto": "Bache en la calle Hidalgo", "forma": "texto", "folio_previo": ""},
    "/presentar/escrito/contenido": {"peticion": "Hay un bache.\n\nPido que lo reparen."},
    "/presentar/documentos": {},
    "/presentar/firma": {"nivel": "n0"},
    "/presentar/aviso": {"correo": "", "telefono": "", "domicilio": ""},
}
"""What each page is answered in turn, unless a test says otherwise."""
REVIEW = "/presentar/revisar"
DECLARED = {"declaracion": "1", "privacidad": "1"}


@dataclass
class Citizen:
    """Somebody who files."""

    visitor: Visitor

    def answer(self, path: str, **changes: Any) -> TestResponse:
        """Fills one page and sends it; None leaves a field out."""
        values = ANSWERS.get(path, {}) | {name.replace("__", "-"): value for name, value in changes.items()}
        return self.visitor.send(path, values)

    def answered(self, path: str, **changes: Any) -> str:
        """The same, which must be taken; where it leads."""
        response = self.answer(path, **changes)
        assert response.status_code == 303, (path, faults(response))
        return str(response.location)

    def answers_all(self, **changes: dict[str, Any]) -> str:
        """Goes through every page up to the review; ``changes`` by the last word of the address."""
        where = ""
        for path in ANSWERS:
            where = self.answered(path, **changes.get(path.rsplit("/", 1)[-1], {}))
        return where

    def files(self) -> TestResponse:
        """The legal act."""
        return self.visitor.send(REVIEW, DECLARED)

    def filed(self) -> str:
        """The same, which must be received; its folio."""
        response = self.files()
        assert response.status_code == 303, faults(response)
        return str(response.location).rsplit("/", 1)[-1].split("?")[0]

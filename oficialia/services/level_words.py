"""How a filing is signed, in words: for who files, what each level is and takes; for acuse and desk, which it is."""

from dataclasses import dataclass

from oficialia.domain.filing import NivelFirma


@dataclass(frozen=True)
class LevelWords:
    """A level of signature."""

    title: str
    meaning: str  # what the person does
    brief: str  # in a list, in a few words


LEVELS: dict[NivelFirma, LevelWords] = {
    NivelFirma.N0: LevelWords(
        "Con su declaración (nivel N0)",
        "Usted declara que lo que dice es cierto. No necesita firmar un papel.",
        "basta su declaración",
    ),
    NivelFirma.N1: LevelWords(
        "Con firma de su puño y letra (nivel N1)",
        "Firme su escrito en papel, súbalo en PDF o fotografías y agregue su identificación oficial.",
        "firma en papel e identificación",
    ),
    NivelFirma.N2: LevelWords(
        "Con un PDF firmado con certificado (nivel N2)",
        "Suba un PDF que ya tiene su firma electrónica dentro. Su e.firma en esta página también sirve.",
        "PDF firmado con certificado",
    ),
    NivelFirma.N3: LevelWords(
        "Con e.firma en esta página (nivel N3)",
        "Tenga a la mano su certificado (.cer), su llave (.key) y su contraseña. La llave no sale de su aparato.",
        "e.firma en esta página",
    ),
}

REGISTERED = {
    NivelFirma.N0: "N0: declaración bajo protesta de decir verdad",
    NivelFirma.N1: "N1: firma autógrafa digitalizada e identificación oficial",
    NivelFirma.N2: "N2: PDF firmado con certificado antes de presentarse",
    NivelFirma.N3: "N3: e.firma al presentar",
}
"""As acuse and desk tell it of a filing."""

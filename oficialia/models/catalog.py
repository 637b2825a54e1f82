"""Areas, tramites with their cédulas, and kinds of document: the published catalogue, loaded as data."""

from datetime import date

from sqlalchemy import ForeignKey, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oficialia.models.base import Base


class Area(Base):
    """A dependencia to which filings go."""

    __tablename__ = "areas"
    clave: Mapped[str] = mapped_column(primary_key=True)
    nombre: Mapped[str]
    tipo: Mapped[str]
    palabras: Mapped[str] = mapped_column(server_default=text("''"))  # by which people look for it


class Cedula(Base):
    """One version of the published record of a tramite; never changed, only followed by another."""

    __tablename__ = "cedulas"
    __table_args__ = (UniqueConstraint("tramite_clave", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    tramite_clave: Mapped[str] = mapped_column(ForeignKey("tramites.clave"))
    version: Mapped[int]
    content: Mapped[str] = mapped_column(Text)  # RFC 8785 canonical JSON
    sha256: Mapped[str]
    vigente_desde: Mapped[date]


class Tramite(Base):
    """A procedure that a citizen can ask for; what the law says of it stands in its cédula in force (the highest
    version)."""

    __tablename__ = "tramites"
    clave: Mapped[str] = mapped_column(primary_key=True)
    nombre: Mapped[str]
    area_clave: Mapped[str] = mapped_column(ForeignKey("areas.clave"))
    plazo_dias_habiles: Mapped[int | None]
    plazo_fundamento: Mapped[str]
    silencio: Mapped[str]
    corte: Mapped[str | None]  # overrides the authority's cut-off policy
    datos_sensibles: Mapped[bool]
    palabras: Mapped[str] = mapped_column(server_default=text("''"))  # by which people look for it; not of the cédula
    area: Mapped[Area] = relationship()
    cedulas: Mapped[list[Cedula]] = relationship(order_by=Cedula.version)


class DocumentKind(Base):
    """A kind of document that a requirement can name."""

    __tablename__ = "document_kinds"
    clave: Mapped[str] = mapped_column(primary_key=True)
    nombre: Mapped[str]
    explicacion: Mapped[str] = mapped_column(server_default=text("''"))  # what it is, for who has to bring it

"""Who works at the desk: accounts, their sessions, what happened to them, and who tried to get in."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oficialia.models.base import Base
from oficialia.models.catalog import Area


class StaffAccount(Base):
    """An account of the staff. Never deleted, and its username is never given again."""

    __tablename__ = "staff_accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]  # oficial_de_partes | area | auditor
    area_clave: Mapped[str | None] = mapped_column(ForeignKey("areas.clave"))
    password_hash: Mapped[str]  # Argon2id, in the PHC string format
    must_change: Mapped[bool]  # the password was generated: whoever signs in chooses another first
    totp_secret: Mapped[bytes]
    totp_step: Mapped[int]  # of the last code that was accepted: none is taken twice
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # baja
    known_address: Mapped[str]  # from which the account last signed in
    area: Mapped[Area | None] = relationship()


class StaffSession(Base):
    """A browser that is or was signed in, by the digest of what its cookie holds."""

    __tablename__ = "staff_sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # signed out; that it ran out is not written


class StaffEvent(Base):
    """Something that happened to an account, or that its holder did outside of any filing. Only ever added."""

    __tablename__ = "staff_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    at: Mapped[datetime]
    act: Mapped[str]
    actor_role: Mapped[str]
    actor: Mapped[str]
    detail: Mapped[str]


class SignInFailure(Base):
    """Failed tries in a row of one address, of one username, or of both together.

    The window may not delete: what is a day old counts as nothing, and its row serves for the next failure of another.
    """

    __tablename__ = "sign_in_failures"
    key: Mapped[str] = mapped_column(primary_key=True)  # SHA-256, hex
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)

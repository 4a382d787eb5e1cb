"""Tables of the office's own people: who may sign in, and how often somebody tried and failed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class User(Base):
    """A person of the office who signs in with a password. Technicians sign in on tablets instead."""

    __tablename__ = "staff_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    """What is typed at sign-in: lower case letters, digits, dot, dash."""
    full_name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id with its parameters, as argon2-cffi writes it."""
    roles: Mapped[list[str]] = mapped_column(Json, default=list)
    """Any of csr, dispatcher, cashier, supervisor, admin."""
    language: Mapped[str | None] = mapped_column(String(8))
    """A language of the catalogues that this person chose; None: the browser's, else the district's."""
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=1)
    """Carried by session cookies; growing it ends every session of this person."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("name = lower(name)", name="name"),)


class EndedSession(Base):
    """A session that somebody signed out of before its time was over: its cookie opens nothing any more."""

    __tablename__ = "ended_session"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The random id that the session's cookie carries."""
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_ended_session_at", "ended_at"),)


class SignInAttempt(Base):
    """Failed sign-ins counted per name and per address, in the database so that every worker sees them."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """`pair:<name>@<address>`, `name:<name>` or `address:<remote address>`."""
    kind: Mapped[str] = mapped_column(Code)
    failures: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_sign_in_attempt_last", "last_at"),)

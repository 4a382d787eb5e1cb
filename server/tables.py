"""Tables of the office's own people: who may sign in, and how often somebody tried and failed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
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
    second_factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when signing in asks for a one-time code too; None: the password alone is asked for."""

    __table_args__ = (CheckConstraint("name = lower(name)", name="name"),)


class StaffIdentity(Base):
    """Who a person is at the district's identity provider, noted when they first came from there."""

    __tablename__ = "staff_identity"

    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    """The provider's own name for the person, which never changes and is never given to another."""
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("user_id", "issuer", name="uq_staff_identity_user"),)


class SecondFactor(Base):
    """What a person's authenticator app makes one-time codes from (RFC 6238)."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(String(300))
    """Sealed with the installation's secret: the database alone makes no codes."""
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None]
    """The half minute of the newest code that was taken: none is taken twice, and none older."""


class RecoveryCode(Base):
    """A code that stands in for the authenticator app once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """What a program signs in with; of its secret only a keyed hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The part of the token that may be seen: pages and logs name it by this."""
    name: Mapped[str] = mapped_column(String(40))
    """Which program it is for; the journal says `api:<name>`."""
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
    last_address: Mapped[str | None] = mapped_column(String(60))


class EndedSession(Base):
    """A session that somebody signed out of before its time was over: its cookie opens nothing any more."""

    __tablename__ = "ended_session"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The random id that the session's cookie carries."""
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_ended_session_at", "ended_at"),)


class SignInSession(Base):
    """A session that was begun by signing in: where and with what, so that somebody can see and end it.

    The cookie alone opens the pages; a row is removed once its session's time is over.
    """

    __tablename__ = "sign_in_session"

    number: Mapped[int] = mapped_column(primary_key=True)
    """What pages call it; the cookie's id is shown to nobody."""
    session_id: Mapped[str] = mapped_column(String(40), unique=True)
    """The random id that the session's cookie carries."""
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    epoch: Mapped[int]
    """The person's `session_epoch` at the sign-in: under another one the session has ended."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    address: Mapped[str] = mapped_column(String(60))
    agent: Mapped[str] = mapped_column(String(200))
    """What the browser called itself."""


class SignInAttempt(Base):
    """Failed sign-ins counted per name and per address, in the database so that every worker sees them."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    """`pair:<name>@<address>`, `name:<name>`, `address:<remote address>` or `browser:<id>`; `code_…` for
    one-time codes."""
    kind: Mapped[str] = mapped_column(Code)
    failures: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_sign_in_attempt_last", "last_at"),)

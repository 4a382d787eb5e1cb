"""The way between field and office: facts as they came, what was decided, and what is to be published."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.grammar.texts import FILE_NAME_MAX
from workorders.messages.message import Message, typed
from workorders.tables.base import Base, Code, Json, UtcDateTime


class FieldEvent(Base):
    """A fact from a tablet, kept as it came. Its id is the idempotency key of everything it causes."""

    __tablename__ = "field_event"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    """`event:<device>:<counter>`, the document's id."""
    kind: Mapped[str] = mapped_column(Code)
    technician_id: Mapped[str] = mapped_column(String(20))
    device_id: Mapped[str] = mapped_column(String(40))
    counter: Mapped[int] = mapped_column(BigInteger)
    order_number: Mapped[str | None] = mapped_column(String(20), index=True)
    epoch: Mapped[int | None]
    device_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The tablet's own clock."""
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Device time clamped between the last contact and the receipt."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(Code, index=True)
    """posted | review | quarantined."""
    ack_code: Mapped[str] = mapped_column(Code)
    ack_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    codes: Mapped[list[str]] = mapped_column(Json, default=list)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the canonical body: same id with another digest is a fraud case."""
    rule_set: Mapped[int | None]
    body: Mapped[dict[str, Any]] = mapped_column(Json)

    __table_args__ = (
        Index("ix_field_event_technician", "technician_id", "occurred_at"),
        Index("ix_field_event_device", "device_id", "counter"),
        Index(
            "ix_field_event_day",
            "technician_id",
            "occurred_at",
            sqlite_where=text("kind = 'day'"),
            postgresql_where=text("kind = 'day'"),
        ),
    )

    @property
    def ack(self) -> Message:
        """What the acknowledgement says to the technician."""
        return Message(self.ack_code, self.ack_params)

    @ack.setter
    def ack(self, message: Message) -> None:
        self.ack_code, self.ack_params = message.code, dict(message.params)


class Quarantine(Base):
    """A document that could not be understood or may not be believed, with the reason; never dropped."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    database: Mapped[str] = mapped_column(String(80))
    document_id: Mapped[str] = mapped_column(String(200))
    revision: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    code: Mapped[str] = mapped_column(Code)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Of the message `quarantine.<code>`."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decision: Mapped["QuarantineDecision | None"] = relationship(lazy="joined")

    @property
    def reason(self) -> Message:
        """Why it was kept aside."""
        return Message(f"quarantine.{self.code}", self.params)

    __table_args__ = (Index("uq_quarantine_revision", "database", "document_id", "revision", unique=True),)


class QuarantineDecision(Base):
    """What the office did about a document kept aside. One without a decision waits."""

    __tablename__ = "quarantine_decision"

    quarantine_id: Mapped[int] = mapped_column(ForeignKey("quarantine.id"), primary_key=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    decided_by: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(Code)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    @property
    def message(self) -> Message:
        """What was done, as the technician reads it."""
        return Message(self.code, self.params)


class ExceptionCase(Base):
    """Something a human must decide: opened by ingest, closed in the office, never deleted."""

    __tablename__ = "exception_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Code, index=True)
    order_number: Mapped[str | None] = mapped_column(String(20), index=True)
    source: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(Code, default="open", index=True)
    """open | accepted | rejected."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(Text)
    """What the person who decided it typed."""
    decision_code: Mapped[str | None] = mapped_column(Code)
    """Instead of it, where nobody had to decide."""
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Parameters of the message `case.<code>`, the figures it rests on, and what waits for the decision."""

    @property
    def message(self) -> Message:
        """What is to be decided."""
        params = {name: value for name, value in self.detail.items() if name not in ("then", "blocking")}
        return Message(f"case.{self.code}", params)

    @property
    def decided_as(self) -> Message | None:
        """Why it was decided so; None while it is open."""
        if self.decision_code is not None:
            return Message(self.decision_code)
        return None if self.decision is None else typed(self.decision)

    __table_args__ = (
        Index("uq_exception_case_source", "source", "code", unique=True),
        Index("ix_exception_case_decided", "decided_at", "id"),
    )


class Evidence(Base):
    """A photo or signature of a field event; `received` False until its bytes are here."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("field_event.id"), index=True)
    name: Mapped[str] = mapped_column(String(FILE_NAME_MAX))
    content_type: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(80))
    length: Mapped[int]
    received: Mapped[bool] = mapped_column(default=False)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    """Content hash of the copy in evidence storage; None while the bytes lie only in the document store."""

    __table_args__ = (Index("uq_evidence_name", "event_id", "name", unique=True),)


class Outbox(Base):
    """Something to publish to a technician's database; written in the use case's own transaction.

    The row names the subject, not the document: `publish` renders the state of that moment, so many
    changes to one order cost one document. `id` is the server sequence that documents carry.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"))
    topic: Mapped[str] = mapped_column(Code)
    """order | ack | ref | route | message."""
    key: Mapped[str] = mapped_column(String(80))
    """Order number, event id, reference name, route day, or number of a message."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often rendering or writing its document failed."""
    last_error: Mapped[str | None] = mapped_column(Code)
    """Code of the last failure (`sync.pipeline.failures`)."""
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Not tried before; None: at once."""
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when the office wants no more tries; a later change of the subject is published all the same."""
    set_aside_by: Mapped[str | None] = mapped_column(String(80))

    @classmethod
    def has_failed(cls) -> ColumnElement[bool]:
        """Of rows: not published, though it was tried. Spelled as the index over them is."""
        return cls.published_at.is_(None) & (cls.failures > literal_column("0"))

    @classmethod
    def is_waiting(cls) -> ColumnElement[bool]:
        """Of rows: not published, and not set aside by the office."""
        return cls.published_at.is_(None) & cls.set_aside_at.is_(None)

    __table_args__ = (
        Index("ix_outbox_subject", "technician_id", "topic", "key"),
        Index(
            "ix_outbox_waiting",
            "id",
            sqlite_where=text("published_at is null"),
            postgresql_where=text("published_at is null"),
        ),
        Index(
            "ix_outbox_failed",
            "technician_id",
            "topic",
            "key",
            sqlite_where=text("published_at is null and failures > 0"),
            postgresql_where=text("published_at is null and failures > 0"),
        ),
        # Ids must never be used again, else a tablet could take a new change for one it has seen.
        {"sqlite_autoincrement": True},
    )


class IngestCheckpoint(Base):
    """How far a technician's feed has been ingested; moves in the transaction of what it brought."""

    __tablename__ = "ingest_checkpoint"

    database: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[str] = mapped_column(Text)
    last_event_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often in a row the feed could not be read on from `since`; 0 again as soon as it could."""
    last_error: Mapped[str | None] = mapped_column(Code)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkerLoop(Base):
    """One of the worker's loops: when it last ran through, and what it met with."""

    __tablename__ = "worker_loop"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    """publish | ingest | evidence | planning | upkeep."""
    ran_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Unexpected errors since the beginning."""
    last_error: Mapped[str | None] = mapped_column(String(80))
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

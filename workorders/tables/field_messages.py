"""What dispatchers and technicians write to one another."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, UtcDateTime

MESSAGE_MAX = 500


class FieldMessage(Base):
    """One message between the dispatchers and a technician; about an order, or about the day."""

    __tablename__ = "field_message"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"))
    order_number: Mapped[str | None] = mapped_column(String(20))
    """As the writer stated it; a message is kept whether or not there is such an order."""
    from_office: Mapped[bool]
    author: Mapped[str] = mapped_column(String(80))
    """Sign-in name of the dispatcher, or the technician's id."""
    canned: Mapped[str | None] = mapped_column(Code)
    """Code of a canned text (`workorders.messages.canned`), shown in the reader's language."""
    text: Mapped[str] = mapped_column(String(MESSAGE_MAX))
    """What was typed; empty when `canned` says it all."""
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was written, by the judged clock of its writer."""
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    """The field event that brought it; None from the office."""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody on the other side read it."""
    read_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        Index("ix_field_message_technician_id", "technician_id", "id"),
        Index("ix_field_message_recorded_at", "recorded_at"),
        Index(
            "ix_field_message_unread",
            "technician_id",
            sqlite_where=sql("read_at is null"),
            postgresql_where=sql("read_at is null"),
        ),
    )

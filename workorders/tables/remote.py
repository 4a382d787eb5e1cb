"""Commands to the AMI head-end, and what it answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, Json, UtcDateTime
from workorders.tables.metering import Meter
from workorders.tables.work import Order


class RemoteCommand(Base):
    """One command to one meter for one order. Its id goes with it, so that an answer finds it however late.

    Written in the transaction that gives the order to the remote switch: the worker sends what waits here.
    """

    __tablename__ = "remote_command"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"), index=True)
    epoch: Mapped[int]
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """connect | disconnect | read."""
    state: Mapped[str] = mapped_column(Code)
    """waiting | sent | done | refused | silent | withdrawn."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the head-end took it; None: it never did, so nothing was switched."""
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Without an answer by then the order goes back to people."""
    tries: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The first answer, as it came; later ones change nothing."""
    why: Mapped[str | None] = mapped_column(Code)
    """Of refused and withdrawn: unreachable | refused | not_allowed | order_gone."""
    event_id: Mapped[str | None] = mapped_column(String(80))
    """The field event that its answer became."""

    order: Mapped[Order] = relationship()
    meter: Mapped[Meter] = relationship()

    __table_args__ = (
        Index(
            "uq_remote_command_open",
            "order_number",
            unique=True,
            sqlite_where=text("state in ('waiting', 'sent')"),
            postgresql_where=text("state in ('waiting', 'sent')"),
        ),
        Index("ix_remote_command_state", "state", "deadline_at"),
    )

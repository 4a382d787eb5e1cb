"""Release and recall codes that the office gives by telephone, and the secrets they are made of."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class CodeSecret(Base):
    """The secret of which the codes of one assignment of an order are made. It never leaves the office."""

    __tablename__ = "code_secret"

    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(String(64))
    """256 random bits in hex."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhoneCode(Base):
    """A code that somebody gave by telephone: which, to whom, why, and whether it was entered.

    The code itself is not kept; it follows from the secret of the assignment.
    """

    __tablename__ = "phone_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"))
    epoch: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    """recall | release."""
    counter: Mapped[int]
    """From 1, of its kind and assignment."""
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    """Whose tablet it is for."""
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    given_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Of a release: until when it allows the cut. Of a recall: from when it is listed as not entered."""
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Of a release: the checks it rests on, as in CutAuthority. They stay in the office."""
    digest: Mapped[str] = mapped_column(String(64), index=True)
    """By which a code that is entered on another order is known again (workorders.policy.phone_codes)."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was entered on the tablet."""
    used_by: Mapped[str | None] = mapped_column(String(80), unique=True)
    """The field event that reports it. A code is entered once."""

    __table_args__ = (Index("uq_phone_code", "order_number", "epoch", "kind", "counter", unique=True),)

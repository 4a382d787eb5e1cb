"""Links by which a customer sees how a visit stands, without a sign-in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, UtcDateTime


class VisitLink(Base):
    """One link to one order, until it ends or somebody takes it back. The signed address names `key`."""

    __tablename__ = "visit_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """Random, so that no address can be made from another one's."""
    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"), index=True)
    epoch: Mapped[int]
    """The order's assignment when it was made: a later one is another technician's, or another day's."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(80))

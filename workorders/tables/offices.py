"""Offices of the district where money is taken, and the kiosks and drop boxes that belong to them."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code

MAIN_OFFICE = "main"
"""The office that every district has from the beginning."""


class CashOffice(Base):
    """A place where cashiers have drawers. It is never deleted: closed drawers name it."""

    __tablename__ = "cash_office"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    has_vault: Mapped[bool] = mapped_column(default=False)
    """Floats come out of its vault and counted cash may go into it; each way needs two people."""
    active: Mapped[bool] = mapped_column(default=True)


class CollectionPoint(Base):
    """A kiosk or drop box: customers leave money in it, and two people empty it."""

    __tablename__ = "collection_point"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    office: Mapped[str] = mapped_column(ForeignKey("cash_office.code"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """kiosk | drop_box; also the channel of the payments that lie in it."""
    name: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(default=True)

"""Customer side: who is served, where, and under which agreement."""

from datetime import date

import shapely
from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.tables.base import Base, Code, geo


class Zone(Base):
    """A work zone: the area a technician usually works in."""

    __tablename__ = "zone"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Code, unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(Code, default="work")
    """`work` (work zone), `service` (service area) or `reading` (meter-reading route)."""
    area: Mapped[shapely.MultiPolygon] = mapped_column(geo("MULTIPOLYGON"))


class Customer(Base):
    """A person or firm that answers for accounts."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(200))


class Premise(Base):
    """A place that is served: address, position, and what a technician must know on arrival."""

    __tablename__ = "premise"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    house_number: Mapped[str] = mapped_column(String(20))
    street: Mapped[str] = mapped_column(String(160), index=True)
    city: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(20))
    position: Mapped[shapely.Point] = mapped_column(geo("POINT"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    access_note: Mapped[str | None] = mapped_column(Text)
    dog: Mapped[bool] = mapped_column(default=False)
    hazard: Mapped[str | None] = mapped_column(String(200))
    medical: Mapped[bool] = mapped_column(default=False)

    @property
    def address(self) -> str:
        """House number and street, as it is spoken."""
        return f"{self.house_number} {self.street}"


class Account(Base):
    """What is billed. Its money lives in the ledger, never here."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    rate_class: Mapped[str] = mapped_column(Code, default="residential")
    status: Mapped[str] = mapped_column(Code, default="active")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    check_ban: Mapped[bool] = mapped_column(default=False)
    """Checks are refused in the field, after returned ones."""
    tax_exempt: Mapped[bool] = mapped_column(default=False)

    customer: Mapped[Customer] = relationship()


class ServicePoint(Base):
    """Where one service reaches a premise; it may carry one meter. `state` is derived from its events."""

    __tablename__ = "service_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    service: Mapped[str] = mapped_column(Code, default="water")
    size: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(Code, default="on")
    """on | off | off_np (cut for non-payment) | unmetered | inactive."""
    meter_location: Mapped[str | None] = mapped_column(String(200))
    lock_number: Mapped[str | None] = mapped_column(String(40))
    seal_number: Mapped[str | None] = mapped_column(String(40))

    premise: Mapped[Premise] = relationship()


class ServiceAgreement(Base):
    """The account that answers for a service point over a span of days; `end_on` None: still open."""

    __tablename__ = "service_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    start_on: Mapped[date]
    end_on: Mapped[date | None]

    account: Mapped[Account] = relationship()
    service_point: Mapped[ServicePoint] = relationship()

    __table_args__ = (
        Index(
            "uq_service_agreement_open",
            "service_point_id",
            unique=True,
            sqlite_where=text("end_on is null"),
            postgresql_where=text("end_on is null"),
        ),
    )

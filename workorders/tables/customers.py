"""Customer side: who is served, where, and under which agreement."""

from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.messages.message import Message
from workorders.tables.base import Base, Code, Json, UtcDateTime, geo

SERVING = ("active", "stopping")
"""States of an agreement in which its account answers for the service point."""


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
    language: Mapped[str | None] = mapped_column(String(8))
    """In which letters are written, as `es`; None: nobody asked."""
    mailing_address: Mapped[str | None] = mapped_column(String(200))
    """Where letters go; None: to where the account is served."""
    credit_class: Mapped[str | None] = mapped_column(Code)
    """good | unknown | poor, as deposits ask for it; None: nobody looked."""


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
    request_key: Mapped[str | None] = mapped_column(String(125))
    """Who opened it and the id they gave the request, so that it opens one account however often it comes."""

    customer: Mapped[Customer] = relationship()

    __table_args__ = (Index("uq_account_request_key", "request_key", unique=True),)


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
    lock_number: Mapped[str | None] = mapped_column(String(40), index=True)
    seal_number: Mapped[str | None] = mapped_column(String(40), index=True)

    premise: Mapped[Premise] = relationship()


class Application(Base):
    """A customer asks for service at a premise: what must be paid before it begins, and what became of it."""

    __tablename__ = "application"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    """AP-000001: what people call it."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    start_on: Mapped[date]
    credit_class: Mapped[str] = mapped_column(Code)
    evidence: Mapped[str | None] = mapped_column(String(200))
    """What the credit class rests on: a letter of credit, a report's number."""
    required: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """What must be paid first, as workorders.policy.start_service.Requirement writes it."""
    state: Mapped[str] = mapped_column(Code, index=True)
    """applied | approved | withdrawn."""
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(200))
    """Why what was required was waived, or the application was withdrawn."""
    request_key: Mapped[str | None] = mapped_column(String(125), unique=True)
    """Who asked and the id they gave the request, so that it makes one application however often it comes."""

    account: Mapped[Account] = relationship()
    premise: Mapped[Premise] = relationship()


class ServiceAgreement(Base):
    """The account that answers for a service point over a span of days, from application to the last bill."""

    __tablename__ = "service_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    start_on: Mapped[date]
    """The day it begins or is to begin."""
    end_on: Mapped[date | None]
    """Its last day, once it has ended."""
    state: Mapped[str] = mapped_column(Code, default="active", server_default="active", index=True)
    """As workorders.policy.agreements has them; it moves only through there."""
    application_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"), index=True)
    starts_by: Mapped[str | None] = mapped_column(Code)
    """visit | with_stop | read | no_visit | reversion; None: it was there before."""
    start_order: Mapped[str | None] = mapped_column(ForeignKey("work_order.number"), index=True)
    start_read_id: Mapped[int | None] = mapped_column(ForeignKey("read.id"), index=True)
    stop_on: Mapped[date | None]
    """The day on which the customer asked to stop."""
    stops_by: Mapped[str | None] = mapped_column(Code)
    """visit | left_on | read | successor | no_visit."""
    stop_order: Mapped[str | None] = mapped_column(ForeignKey("work_order.number"), index=True)
    final_read_id: Mapped[int | None] = mapped_column(ForeignKey("read.id"), index=True)
    forwarding_address: Mapped[str | None] = mapped_column(String(200))
    handed_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When its final bill was handed to the billing system."""

    account: Mapped[Account] = relationship()
    service_point: Mapped[ServicePoint] = relationship()
    application: Mapped[Application | None] = relationship()

    @hybrid_property
    def serving(self) -> bool:
        """The account answers for the service point now."""
        return self.state in SERVING

    @serving.inplace.expression
    @classmethod
    def _serving(cls) -> ColumnElement[bool]:
        return cls.state.in_(SERVING)

    __table_args__ = (
        Index(
            "uq_service_agreement_open",
            "service_point_id",
            unique=True,
            sqlite_where=text("state in ('active', 'stopping')"),
            postgresql_where=text("state in ('active', 'stopping')"),
        ),
        Index(
            "uq_service_agreement_waiting",
            "service_point_id",
            unique=True,
            sqlite_where=text("state in ('applied', 'approved')"),
            postgresql_where=text("state in ('applied', 'approved')"),
        ),
    )


class AgreementEvent(Base):
    """One thing that happened to an agreement: its audit. Never changed."""

    __tablename__ = "agreement_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("service_agreement.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(Code)
    """applied | approved | waived | withdrawn | started | stop_asked | stop_cancelled | stopped | …"""
    from_state: Mapped[str | None] = mapped_column(Code)
    to_state: Mapped[str] = mapped_column(Code)
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Parameters of the message `agreement.<kind>`."""

    @property
    def message(self) -> Message:
        """What happened."""
        return Message(f"agreement.{self.kind}", self.detail)


class StandingAgreement(Base):
    """A landlord answers for a premise whenever no tenant does: service reverts to the account by itself."""

    __tablename__ = "standing_agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    premise_id: Mapped[int] = mapped_column(ForeignKey("premise.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """Its last day; None: until it is ended."""
    evidence: Mapped[str] = mapped_column(String(200))
    """Where the signed form is kept."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(80))

    account: Mapped[Account] = relationship()
    premise: Mapped[Premise] = relationship()

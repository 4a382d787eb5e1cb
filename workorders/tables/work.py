"""Work: technicians, shifts, orders, their assignments and their history."""

from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workorders.messages.message import Message
from workorders.tables.base import Base, Code, Json, UtcDateTime, geo
from workorders.tables.customers import Account, ServicePoint


class Technician(Base):
    """A person who works orders. `id` also names the database `tech-<id>` and the ledger's custody."""

    __tablename__ = "technician"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    skills: Mapped[list[str]] = mapped_column(Json, default=list)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zone.id"), index=True)
    home: Mapped[shapely.Point | None] = mapped_column(geo("POINT"))
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def database(self) -> str:
        """The technician's CouchDB database."""
        return f"tech-{self.id}"


class Shift(Base):
    """When a technician works on a day, and where the day begins and ends (home when None: the yard)."""

    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    home_start: Mapped[bool] = mapped_column(default=False)
    break_minutes: Mapped[int] = mapped_column(default=30)


class Order(Base):
    """A piece of field work. `state` moves only through workorders.judgement.lifecycle."""

    __tablename__ = "work_order"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    type: Mapped[str] = mapped_column(Code, index=True)
    state: Mapped[str] = mapped_column(Code)
    priority: Mapped[int] = mapped_column(default=50)
    """0 (whenever) to 100 (emergency)."""
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    due_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appointment_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appointment_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    planned_minutes: Mapped[int]
    instructions: Mapped[str | None] = mapped_column(Text)
    """What the office typed."""
    task_code: Mapped[str | None] = mapped_column(Code)
    """What a follow-on order asks for, as a message."""
    task_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The type's extra input, checked by its descriptor."""
    no_charge: Mapped[bool] = mapped_column(default=False)
    technician_id: Mapped[str | None] = mapped_column(ForeignKey("technician.id"), index=True)
    epoch: Mapped[int] = mapped_column(default=0)
    """Grows at each assignment."""
    route_day: Mapped[date | None] = mapped_column(index=True)
    sequence: Mapped[int | None]
    """Place in the technician's route of that day, from 1."""
    planned_start: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pinned: Mapped[bool] = mapped_column(default=False)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str] = mapped_column(String(80))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_code: Mapped[str | None] = mapped_column(Code)
    cancel_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    cancel_seq: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"))
    """Outbox number under which the cancel was published to the tablet."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Code, index=True)
    """completed, an unable reason, or a special outcome such as completed_after_cancel."""
    follows_number: Mapped[str | None] = mapped_column(ForeignKey("work_order.number"), index=True)
    follow_reason: Mapped[str | None] = mapped_column(Code)
    request_key: Mapped[str | None] = mapped_column(String(125))
    """Who asked and the id they gave the request, so that it raises one order however often it comes."""
    request_digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of what was asked for under that id."""
    version: Mapped[int] = mapped_column()
    """Counts changes, for optimistic locking (ETag)."""

    service_point: Mapped[ServicePoint] = relationship()
    account: Mapped[Account | None] = relationship()
    technician: Mapped[Technician | None] = relationship()

    @property
    def cancel_reason(self) -> Message | None:
        """Why it was called off."""
        return None if self.cancel_code is None else Message(self.cancel_code, self.cancel_params)

    @cancel_reason.setter
    def cancel_reason(self, reason: Message) -> None:
        self.cancel_code, self.cancel_params = reason.code, dict(reason.params)

    @property
    def task(self) -> Message | None:
        """What a follow-on order asks for."""
        return None if self.task_code is None else Message(self.task_code, self.task_params)

    @task.setter
    def task(self, message: Message | None) -> None:
        self.task_code = None if message is None else message.code
        self.task_params = {} if message is None else dict(message.params)

    __table_args__ = (
        Index("ix_work_order_state", "state", "number"),
        Index("uq_work_order_request_key", "request_key", unique=True),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute


class Assignment(Base):
    """One epoch of an order: who had it, from when to when, and why it ended."""

    __tablename__ = "assignment"

    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), index=True)
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_code: Mapped[str | None] = mapped_column(Code)
    end_params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    @property
    def end_reason(self) -> Message | None:
        """Why the technician no longer has the order."""
        return None if self.end_code is None else Message(self.end_code, self.end_params)

    @end_reason.setter
    def end_reason(self, reason: Message) -> None:
        self.end_code, self.end_params = reason.code, dict(reason.params)


class CutAuthority(Base):
    """The authority to cut that was given when an order was sent out, and the checks it rests on.

    The newest of an order counts. The evidence names protections of the customer and never leaves the office.
    """

    __tablename__ = "cut_authority"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"), index=True)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evidence: Mapped[dict[str, Any]] = mapped_column(Json)
    """As workorders.policy.severance.CutDecision.as_evidence writes it."""


class RouteWay(Base):
    """The drive of a technician's day: the way through `stops` in their order, ready for the tablet."""

    __tablename__ = "route_way"

    technician_id: Mapped[str] = mapped_column(ForeignKey("technician.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    stops: Mapped[list[str]] = mapped_column(Json)
    """Order numbers in sequence when it was computed; another sequence makes it stale."""
    drive_seconds: Mapped[list[int]] = mapped_column(Json)
    """Seconds of the leg to each stop, and last of the way back."""
    geometry: Mapped[list[list[float]]] = mapped_column(Json)
    """[[longitude, latitude], …] in degrees."""
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """{"message", "street", "metres", "seconds", "at": index into geometry, "stop": index of the leg}."""
    metres: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closures: Mapped[list[int]] = mapped_column(Json, default=list)
    """Street closures that it keeps clear of; others in force make it stale."""


class StreetClosure(Base):
    """Streets that cannot be driven for a while: a water main break, a flood. Kept when it is over."""

    __tablename__ = "street_closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[shapely.Polygon] = mapped_column(geo("POLYGON"))
    """Every street that touches it is closed."""
    place: Mapped[str] = mapped_column(String(200))
    """Where, as people say it."""
    radius_metres: Mapped[int | None]
    """Of a round area; None when the area was drawn."""
    streets: Mapped[list[str]] = mapped_column(Json, default=list)
    """Names of the streets it touched when it was made."""
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """None: until somebody opens the streets again."""
    closed_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was written down."""
    opened_by: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlanRun(Base):
    """A plan that a dispatcher asked for: computed by the worker, looked at, then used or dropped."""

    __tablename__ = "plan_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(Code, default="day")
    """day: all that is open, from scratch | rest: what is left of a day that has begun."""
    limits: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """For the rest of a day: {"max_moved": stops that may change technician, "stickiness_s": seconds}."""
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[int]
    """Time the planner may take."""
    state: Mapped[str] = mapped_column(Code, default="waiting", index=True)
    """waiting | running | ready | failed | used | dropped."""
    progress: Mapped[float] = mapped_column(default=0.0)
    """0 to 1."""
    code: Mapped[str | None] = mapped_column(Code)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """As geo.schedule.work.plan_document makes it, or geo.schedule.rest.rest_document."""

    @property
    def message(self) -> Message | None:
        """What it is doing, or why it failed."""
        return None if self.code is None else Message(self.code, self.params)


class OrderEvent(Base):
    """A line of an order's history: what happened, by whom, from which state to which."""

    __tablename__ = "order_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("work_order.number"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(Code)
    """The command or fact: requested, assigned, dispatched, completed, cancelled, posted …"""
    from_state: Mapped[str | None] = mapped_column(Code)
    to_state: Mapped[str] = mapped_column(Code)
    actor: Mapped[str] = mapped_column(String(80))
    source: Mapped[str | None] = mapped_column(String(80))
    """The field event, when one caused it."""
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    __table_args__ = (Index("ix_order_event_order", "order_number", "id"),)


class Incarnation(Base):
    """A life of this database that began when it was put back from a backup; none of the first life.

    What the life before gave out after the backup is not known here: numbers go on above it.
    """

    __tablename__ = "incarnation"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    backup_taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sequence_floor: Mapped[int] = mapped_column(BigInteger)
    """`server_seq` of every document that was there; changes since are above it."""
    epoch_floor: Mapped[int]
    """Assignments made since have epochs above it."""
    generation_step: Mapped[int]
    """Generations that the server's documents were raised by, above every revision published before."""
    documents_raised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None while technicians' databases still hold what was rolled back."""


class Counter(Base):
    """Named counters for numbers that people read, taken inside the transaction that uses them."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    value: Mapped[int]

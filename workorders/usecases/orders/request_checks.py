"""What every request for an order is held against, whichever door it comes in by: priority, times, meter."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.times import checked_planned_time
from workorders.judgement.descriptors import FieldType, OrderType
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.tables import Installation, Meter, ServicePoint


def check_priority(priority: int) -> None:
    """Raise Problem `bad_input` for a priority outside 0 to 100."""
    if not 0 <= priority <= 100:
        raise Problem("bad_input", field="priority", reason="0 (whenever) to 100 (emergency)")


def check_due(since: datetime | None, until: datetime | None, *, now: datetime) -> None:
    """Raise Problem `bad_input` for a due window that is past, too far ahead, or ends before it begins."""
    for name, at in (("due_from", since), ("due_until", until)):
        if at is not None:
            checked_planned_time(at, now=now, field=name)
    if until is not None and until < now:
        raise Problem("bad_input", field="due_until", reason="it is past")
    if since is not None and until is not None and until < since:
        raise Problem("bad_input", field="due_until", reason="it is before the beginning")


def check_appointment(since: datetime | None, until: datetime | None, *, now: datetime) -> None:
    """Raise Problem `bad_input` for an appointment without both ends, past, or that ends as it begins."""
    if since is None and until is None:
        return
    if since is None or until is None:
        missing = "appointment_from" if since is None else "appointment_until"
        raise Problem("bad_input", field=missing, reason="an appointment has a beginning and an end")
    checked_planned_time(since, now=now, field="appointment_from")
    checked_planned_time(until, now=now, field="appointment_until")
    if until <= since:
        raise Problem("bad_input", field="appointment_until", reason="it is not after the beginning")
    if until <= now:
        raise Problem("bad_input", field="appointment_until", reason="it is past")


def check_extra_times(
    session: Session, order_type: OrderType, extra: Mapping[str, Any], *, now: datetime
) -> None:
    """Raise Problem `bad_input` for a day or time of the type's own input that no order can mean."""
    zone = ZoneInfo(district_of(session).timezone)
    for f in order_type.extra:
        given = extra.get(f.name)
        if given is None:
            continue
        if f.type is FieldType.DATE:
            at = datetime.combine(date.fromisoformat(given), time(12), zone)
        elif f.type is FieldType.INSTANT:
            at = datetime.fromisoformat(given)
        else:
            continue
        checked_planned_time(at, now=now, field=f"extra.{f.name}")
        if f.name == "promise_by" and at < now:
            raise Problem("bad_input", field="extra.promise_by", reason="it is past")


def check_meter_there(session: Session, order_type: OrderType, point: ServicePoint) -> None:
    """Raise Problem `meter_there` or `no_meter_there` when the type cannot begin with what is installed."""
    if order_type.meter_at_start is None:
        return
    serial = session.scalar(
        select(Meter.serial)
        .join(Installation, Installation.meter_id == Meter.id)
        .where(Installation.service_point_id == point.id, Installation.removed_at.is_(None))
    )
    if order_type.meter_at_start and serial is None:
        raise Problem("no_meter_there", service_point=point.number)
    if not order_type.meter_at_start and serial is not None:
        raise Problem("meter_there", serial=serial, service_point=point.number)


def check_meter_to_take(session: Session, order_type: OrderType, extra: Mapping[str, Any]) -> None:
    """Raise Problem `bad_input` when the meter to take along is not on record, or is installed somewhere."""
    name = order_type.takes_meter_from_van
    serial = extra.get(name) if name is not None else None
    if serial is None:
        return
    field = f"extra.{name}"
    meter = session.scalar(select(Meter).where(Meter.serial == serial))
    if meter is None:
        raise Problem(
            "bad_input", field=field, reason=Reason("there is no meter {serial} on record", serial=serial)
        )
    where = session.scalar(
        select(ServicePoint.number)
        .join(Installation, Installation.service_point_id == ServicePoint.id)
        .where(Installation.meter_id == meter.id, Installation.removed_at.is_(None))
    )
    if where is not None:
        raise Problem(
            "bad_input",
            field=field,
            reason=Reason("meter {serial} is installed at {where}", serial=serial, where=where),
        )

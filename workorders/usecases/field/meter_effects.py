"""Consequences for meters, reads and service points."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from workorders.judgement.consequences import (
    InstallMeter,
    RecordMeterTest,
    RecordRead,
    RecordRegisterRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.metering.rooms import POINT, VAN, Place
from workorders.problems import Problem
from workorders.tables import (
    Installation,
    Meter,
    MeterTest,
    Read,
    RegisterRead,
    ServicePoint,
    ServicePointEvent,
)
from workorders.usecases.field.cause import Cause
from workorders.usecases.meters.agreement_reads import follow_read
from workorders.usecases.meters.moves import put

_NEWEST_STATE = (
    select(ServicePointEvent.at)
    .where(ServicePointEvent.service_point_id == bindparam("point"))
    .order_by(ServicePointEvent.at.desc())
    .limit(1)
)
_METER = select(Meter).where(Meter.serial == bindparam("serial"))
_PLACE = select(Installation.service_point_id).where(
    Installation.meter_id == bindparam("meter"), Installation.removed_at.is_(None)
)


def set_point(
    point: ServicePoint, what: SetServicePoint, cause: Cause, newest: datetime | None
) -> dict[str, Any]:
    """The row of ServicePointEvent; the point follows unless a fact of `newest`, which is later, is known."""
    if newest is None or newest <= what.at:
        point.state = what.state
        point.lock_number = what.lock if what.lock is not None else point.lock_number
        point.seal_number = what.seal if what.seal is not None else point.seal_number
    return {
        "service_point_id": point.id,
        "state": what.state,
        "at": what.at,
        "source": cause.event_id,
        "order_number": cause.order.number,
    }


def read_row(
    what: RecordRead, cause: Cause, *, meter_id: int, service_point_id: int, supersedes_id: int | None = None
) -> dict[str, Any]:
    """The row of Read."""
    return {
        "meter_id": meter_id,
        "service_point_id": service_point_id,
        "taken_at": what.at,
        "value": what.value,
        "kind": what.kind,
        "source": cause.event_id,
        "order_number": cause.order.number,
        "supersedes_id": supersedes_id,
        "flags": list(what.flags),
    }


def set_service_point(session: Session, what: SetServicePoint, cause: Cause) -> None:
    """The state of a service point; the latest fact decides, whichever was heard of last."""
    point = point_of(session, what.service_point, cause)
    # The latest fact decides, whichever was heard of last.
    newest = session.scalar(_NEWEST_STATE, {"point": point.id})
    session.execute(insert(ServicePointEvent), [set_point(point, what, cause, newest)])


def record_read(session: Session, what: RecordRead, cause: Cause) -> None:
    """A read of a meter where it hangs; a better one may supersede an earlier."""
    meter = _meter(session, what.serial, cause)
    superseded = None
    if what.supersedes is not None:
        later = aliased(Read)
        superseded = session.scalar(
            select(Read.id)
            .outerjoin(later, later.supersedes_id == Read.id)
            .where(Read.source == what.supersedes, Read.meter_id == meter.id, later.id.is_(None))
            .order_by(Read.id.desc())
            .limit(1)
        )
    place = _where_is(session, meter, cause) or cause.order.service_point_id
    row = read_row(what, cause, meter_id=meter.id, service_point_id=place, supersedes_id=superseded)
    read_id = session.scalars(insert(Read).returning(Read.id), [row]).one()
    if superseded is not None:
        follow_read(session, place, superseded, read_id)


def record_register_read(session: Session, what: RecordRegisterRead, cause: Cause) -> None:
    """A read of a register besides the main one."""
    meter = _meter(session, what.serial, cause)
    row = {
        "meter_id": meter.id,
        "service_point_id": _where_is(session, meter, cause) or cause.order.service_point_id,
        "register": what.register,
        "taken_at": what.at,
        "value": what.value,
        "kind": what.kind,
        "source": cause.event_id,
        "order_number": cause.order.number,
        "flags": list(what.flags),
    }
    session.execute(insert(RegisterRead), [row])


def remove_meter(session: Session, what: RemoveMeter, cause: Cause) -> None:
    """A meter leaves its service point, into the van or the shop."""
    meter = _meter(session, what.serial, cause)
    ended = session.execute(
        update(Installation)
        .where(Installation.meter_id == meter.id, Installation.removed_at.is_(None))
        .values(removed_at=what.at, final_read=what.final_read)
    )
    if not ended.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
        raise Problem("not_found", what="installed meter", key=what.serial)
    there = Place(what.status, cause.technician if what.status == VAN else None)
    _put(session, meter, there, "removed", at=what.at, cause=cause)


def install_meter(session: Session, what: InstallMeter, cause: Cause) -> None:
    """A meter comes to the service point of the order."""
    meter = _meter(session, what.serial, cause)
    session.execute(
        insert(Installation),
        [
            {
                "meter_id": meter.id,
                "service_point_id": cause.order.service_point_id,
                "installed_at": what.at,
                "start_read": what.start_read,
                "source": cause.event_id,
            }
        ],
    )
    meter.endpoint = what.endpoint or meter.endpoint
    _put(session, meter, Place(POINT), "installed", at=what.at, cause=cause)


def _put(session: Session, meter: Meter, there: Place, kind: str, *, at: datetime, cause: Cause) -> None:
    # Whoever carried it a moment ago has written where it was.
    session.refresh(meter, ["status", "van_technician_id"], with_for_update=True)
    put(
        session,
        meter,
        there,
        kind,
        at=at,
        now=cause.now,
        actor=cause.technician,
        source=cause.event_id,
        service_point_id=cause.order.service_point_id,
    )


def record_meter_test(session: Session, what: RecordMeterTest, cause: Cause) -> None:
    """What a test found."""
    session.add(
        MeterTest(
            meter_id=_meter(session, what.serial, cause).id,
            order_number=cause.order.number,
            source=cause.event_id,
            tested_at=what.at,
            standard=what.standard,
            flows=list(what.flows),
            accuracy_percent=what.accuracy_percent,
            verdict=what.verdict,
        )
    )


def point_of(session: Session, number: str | None, cause: Cause) -> ServicePoint:
    """The service point of that number, or the order's. Raises Problem `not_found`."""
    if number is None or number == cause.order.service_point.number:
        return cause.order.service_point
    point = session.scalar(select(ServicePoint).where(ServicePoint.number == number))
    if point is None:
        raise Problem("not_found", what="service point", key=number)
    return point


def _meter(session: Session, serial: str, cause: Cause) -> Meter:
    if cause.records is not None and serial in cause.records.rows:
        return cause.records.rows[serial]
    meter = session.scalar(_METER, {"serial": serial})
    if meter is None:
        raise Problem("not_found", what="meter", key=serial)
    return meter


def _where_is(session: Session, meter: Meter, cause: Cause) -> int | None:
    # A meter that this event has moved is asked for: its status says that it was.
    if cause.records is not None and meter.status == "installed" and meter.id in cause.records.places:
        return cause.records.places[meter.id]
    return session.scalar(_PLACE, {"meter": meter.id})

"""The one way in which a meter changes its room: the record and the line of its history together."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from workorders.metering.rooms import Place
from workorders.tables import Meter, MeterMove
from workorders.usecases.history import enqueue


def place_of(meter: Meter) -> Place:
    """Where the records have it."""
    return Place(meter.status, meter.van_technician_id)


def put(
    session: Session,
    meter: Meter,
    there: Place,
    kind: str,
    *,
    at: datetime,
    now: datetime,
    actor: str,
    reason: str | None = None,
    source: str | None = None,
    service_point_id: int | None = None,
) -> None:
    """Write that the meter is `there` now, and whence it came; tablets whose van it leaves or enters follow.

    `at` is when it was carried, `now` when it is heard of.
    """
    here = place_of(meter)
    meter.status, meter.van_technician_id = there.room, there.van
    session.flush()
    session.execute(
        insert(MeterMove),
        [
            {
                "meter_id": meter.id,
                "kind": kind,
                "at": at,
                "recorded_at": now,
                "from_room": here.room,
                "from_van": here.van,
                "to_room": there.room,
                "to_van": there.van,
                "service_point_id": service_point_id,
                "actor": actor[:80],
                "reason": reason,
                "source": source,
            }
        ],
    )
    for van in sorted({one.van for one in (here, there) if one.van is not None}):
        enqueue(session, van, "ref", "technician", now=now)

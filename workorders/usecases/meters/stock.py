"""Meters in stock and in vans."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.lookups import technician_named
from workorders.tables import Meter
from workorders.usecases.history import tell

MOVABLE = ("in_stock", "in_van", "held")
"""Status of meters that are not at a service point and not scrapped."""


def move_meter(session: Session, serial: str, to: str | None, *, now: datetime) -> Meter:
    """Put a meter into a technician's van, or back into stock (`to` None); the tablets concerned are told.

    Raises Problem `not_found`, or `meter_serial_elsewhere` when it is installed or retired.
    """
    meter = session.scalar(select(Meter).where(Meter.serial == serial).with_for_update())
    if meter is None:
        raise Problem("not_found", what="meter", key=serial)
    if meter.status not in MOVABLE:
        raise Problem("meter_serial_elsewhere", serial=serial, where=f"another place: it is {meter.status}")
    if to is not None:
        technician_named(session, to)
    concerned = {technician for technician in (meter.van_technician_id, to) if technician is not None}
    meter.status = "in_stock" if to is None else "in_van"
    meter.van_technician_id = to
    session.flush()
    for technician in sorted(concerned):
        tell(session, technician, "ref", "technician", now=now)
    return meter

"""The register of backflow assemblies, as technicians find them."""

from datetime import timedelta

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.judgement.consequences import RegisterBackflow
from workorders.queries.district import district_of
from workorders.tables import BackflowDevice


def register_backflow(
    session: Session, service_point_id: int, found: RegisterBackflow, *, source: str
) -> BackflowDevice:
    """Put an assembly on record, or bring the one with its serial at the service point up to date.

    An older find that is heard of later changes nothing. A new find moves the day of the next test only
    when none was set: finding an assembly is not testing it.
    """
    device = session.scalar(
        select(BackflowDevice).where(
            BackflowDevice.service_point_id == service_point_id, BackflowDevice.serial == found.serial
        )
    )
    if device is None:
        due = district_of(session).day_of(found.at) + timedelta(days=found.test_days)
        device = BackflowDevice(service_point_id=service_point_id, serial=found.serial, test_due_on=due)
        session.add(device)
    elif device.located_at > found.at:
        return device
    device.kind, device.size = found.kind, found.size
    device.make, device.place = found.make, found.place
    device.position = shapely.Point(*found.position) if found.position is not None else device.position
    device.located_at, device.source = found.at, source
    session.flush()
    return device

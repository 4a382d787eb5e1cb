"""Tablets as the office sees them: who works on which, when it was last heard, and taking one out of use."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mobile_api.tables import Device, DeviceTechnician
from workorders.problems import Problem


@dataclass(frozen=True, slots=True)
class TabletRow:
    """One tablet for a list: `technicians` maps technician id to name."""

    id: str
    name: str
    technicians: dict[str, str]
    app_version: str | None
    enrolled_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON: instants in ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }


def tablets(session: Session, *, technician_id: str | None = None) -> list[TabletRow]:
    """All tablets, or those of one technician, the newest first."""
    query = select(Device).order_by(Device.enrolled_at.desc(), Device.id)
    query = query.options(selectinload(Device.profiles).joinedload(DeviceTechnician.technician))
    if technician_id is not None:
        query = query.where(Device.profiles.any(DeviceTechnician.technician_id == technician_id))
    return [
        TabletRow(
            id=device.id,
            name=device.name,
            technicians={profile.technician_id: profile.technician.name for profile in device.profiles},
            app_version=device.app_version,
            enrolled_at=device.enrolled_at,
            last_seen_at=device.last_seen_at,
            revoked_at=device.revoked_at,
            revoked_by=device.revoked_by,
        )
        for device in session.scalars(query)
    ]


def revoke(session: Session, device_id: str, revoked_by: str, now: datetime) -> Device:
    """Take a tablet out of use for every technician on it: lost, stolen, broken. Doing it twice is no error.

    Raises Problem not_found.
    """
    device = session.get(Device, device_id)
    if device is None:
        raise Problem("not_found", what="tablet", key=device_id)
    if device.revoked_at is None:
        device.revoked_at, device.revoked_by = now, revoked_by
        session.flush()
    return device

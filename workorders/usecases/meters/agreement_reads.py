"""The reads between which an agreement's customer used the service, when one of them is superseded."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from workorders.tables import ServiceAgreement

_WAITS = ServiceAgreement.handed_off_at.is_(None)
"""What billing was given stays as it was given."""


def follow_read(session: Session, point_id: int, superseded_id: int, read_id: int) -> None:
    """Agreements of a service point that begin or end with the superseded read do so with its successor."""
    here = ServiceAgreement.service_point_id == point_id
    for end in (ServiceAgreement.start_read_id, ServiceAgreement.final_read_id):
        change = update(ServiceAgreement).where(here, end == superseded_id, _WAITS)
        session.execute(change.values({end: read_id}))


def bounds_agreement(session: Session, point_id: int, read_id: int) -> bool:
    """Whether an agreement there that billing was not given yet begins or ends with this read."""
    here = ServiceAgreement.service_point_id == point_id
    either = or_(ServiceAgreement.start_read_id == read_id, ServiceAgreement.final_read_id == read_id)
    return session.scalar(select(ServiceAgreement.id).where(here, either, _WAITS).limit(1)) is not None

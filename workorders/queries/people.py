"""What people are called by the ids that facts carry."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.tables import Technician


def technician_names(session: Session) -> dict[str, str]:
    """Technician id → name."""
    return dict(session.execute(select(Technician.id, Technician.name)).all())

"""Technicians and their coming shifts, as administrators see them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.facts import REMOTE_TECHNICIAN
from workorders.problems import Problem
from workorders.tables import Shift, Technician, Zone

AHEAD = 7
"""Days of the list of all technicians."""
MOST = 120
"""Coming shifts of one technician that are listed."""


@dataclass(frozen=True, slots=True)
class Rostered:
    """A technician, the name of the work zone, and the shifts of the coming days by day."""

    technician: Technician
    zone: str | None
    shifts: Mapping[date, Sequence[Shift]]


def roster(session: Session, first: date) -> tuple[list[date], list[Rostered]]:
    """The next AHEAD days and every technician, those who work here first, by name."""
    days = [first + timedelta(days=after) for after in range(AHEAD)]
    shifts: defaultdict[str, defaultdict[date, list[Shift]]] = defaultdict(lambda: defaultdict(list))
    coming = select(Shift).where(Shift.day >= days[0], Shift.day <= days[-1]).order_by(Shift.starts_at)
    for shift in session.scalars(coming):
        shifts[shift.technician_id][shift.day].append(shift)
    people = (
        select(Technician, Zone.name)
        .outerjoin(Zone, Zone.id == Technician.zone_id)
        .where(Technician.id != REMOTE_TECHNICIAN)
        .order_by(Technician.active.desc(), Technician.name, Technician.id)
    )
    return days, [Rostered(one, zone, shifts[one.id]) for one, zone in session.execute(people)]


def technician_record(session: Session, key: str) -> Technician:
    """A technician, also one who no longer works here. Raises Problem `not_found`."""
    technician = session.get(Technician, key)
    if technician is None or key == REMOTE_TECHNICIAN:
        raise Problem("not_found", what="technician", key=key)
    return technician


def coming_shifts(session: Session, key: str, first: date) -> Sequence[Shift]:
    """A technician's shifts from a day on, at most MOST."""
    query = select(Shift).where(Shift.technician_id == key, Shift.day >= first)
    return session.scalars(query.order_by(Shift.starts_at).limit(MOST)).all()


def work_zones(session: Session) -> Sequence[tuple[str, str]]:
    """Code and name of every work zone, by name."""
    query = select(Zone.code, Zone.name).where(Zone.kind == "work").order_by(Zone.name, Zone.code)
    return [(code, name) for code, name in session.execute(query)]

"""Technicians added and changed by an administrator; their tablets get what concerns them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.facts import REMOTE_TECHNICIAN
from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.problems import Problem, Reason
from workorders.tables import Order, Technician, Zone
from workorders.usecases.administration.audit import note_change
from workorders.usecases.history import REFERENCES, enqueue

SKILLS = tuple(sorted({skill for known_type in CATALOGUE.values() for skill in known_type.skills}))
"""What orders ask for; another word would never match one."""
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
"""A technician's key. It names the technician's database, which allows no more."""
NAME_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianForm:
    """What is known of a technician. `zone`: the code of a work zone; empty: none."""

    name: str
    skills: Sequence[str] = ()
    zone: str = ""
    active: bool = True


def add_technician(
    session: Session, key: str, form: TechnicianForm, *, now: datetime, actor: str
) -> Technician:
    """Add a technician; the forms, fees and settings go to the new database.

    Raises Problem `bad_input` naming the field.
    """
    if not KEY.fullmatch(key):
        reason = "must be small letters, digits and dashes, at most 20"
        raise Problem("bad_input", field="technician", reason=reason)
    if session.get(Technician, key) is not None:
        raise Problem("bad_input", field="technician", reason="this key is taken")
    wanted = _checked(session, form)
    technician = Technician(id=key, home=None, **wanted)
    session.add(technician)
    session.flush()
    changes = {_field(name): (None, _plain(session, name, value)) for name, value in wanted.items()}
    note_change(session, subject_of(key), "added", now=now, actor=actor, changes=changes)
    if technician.active:
        _enqueue(session, key, REFERENCES, now)
    return technician


def change_technician(session: Session, key: str, form: TechnicianForm, *, now: datetime, actor: str) -> bool:
    """Change what is known of a technician; False when nothing differs.

    Raises Problem `not_found`, `bad_input` naming the field, and `technician_has_work` for one who shall
    work here no longer while orders are on a route or a tablet.
    """
    technician = session.get(Technician, key, with_for_update=True)
    if technician is None or key == REMOTE_TECHNICIAN:
        raise Problem("not_found", what="technician", key=key)
    wanted = _checked(session, form)
    changes = {
        _field(name): (_plain(session, name, getattr(technician, name)), _plain(session, name, value))
        for name, value in wanted.items()
        if getattr(technician, name) != value
    }
    if not changes:
        return False
    begins = form.active and not technician.active
    if technician.active and not form.active:
        _refuse_with_work(session, technician)
    for name, value in wanted.items():
        setattr(technician, name, value)
    session.flush()
    note_change(session, subject_of(key), "changed", now=now, actor=actor, changes=changes)
    if technician.active:
        _enqueue(session, key, REFERENCES if begins else ("technician",), now)
    return True


def subject_of(key: str) -> str:
    """What the audit calls a technician."""
    return f"technician:{key}"


def _checked(session: Session, form: TechnicianForm) -> dict[str, Any]:
    name = checked_line(form.name, field="name", longest=NAME_MAX)
    if not name:
        raise Problem("bad_input", field="name", reason="it is needed")
    if unknown := set(form.skills) - set(SKILLS):
        reason = Reason("no order asks for “{skill}”", skill=min(unknown))
        raise Problem("bad_input", field="skills", reason=reason)
    zone_id = None
    if form.zone:
        zone_id = session.scalar(select(Zone.id).where(Zone.code == form.zone, Zone.kind == "work"))
        if zone_id is None:
            raise Problem("bad_input", field="zone", reason="there is no such work zone")
    return {"name": name, "skills": sorted(set(form.skills)), "zone_id": zone_id, "active": form.active}


def _refuse_with_work(session: Session, technician: Technician) -> None:
    held = select(func.count(Order.number)).where(
        Order.technician_id == technician.id, Order.state.in_([State.ASSIGNED, *IN_FIELD])
    )
    if count := session.scalar(held):
        raise Problem("technician_has_work", technician=technician.id, count=count)


def _field(column: str) -> str:
    return "zone" if column == "zone_id" else column


def _plain(session: Session, column: str, value: Any) -> Any:
    """A value as the audit keeps it: a zone by the name that it had."""
    if column == "zone_id" and value is not None:
        return session.get_one(Zone, value).name
    return value


def _enqueue(session: Session, key: str, references: Sequence[str], now: datetime) -> None:
    for reference in references:
        enqueue(session, key, "ref", reference, now=now)

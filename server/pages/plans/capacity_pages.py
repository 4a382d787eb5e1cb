"""Hours of work against hours of technicians for four weeks, and the orders behind each figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from geo.schedule.capacity import Capacity, KnownWork, Load, ZoneId, known_work, load_capacity
from server.days import day_from
from server.db import current_session
from server.pages.plans.blueprint import blueprint, plans
from server.services import services
from server.templating import local
from server.viewing import _
from workorders.catalogue import CATALOGUE, order_type_of
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem, Reason
from workorders.tables import Order, ServicePoint, Zone

DAYS = 28
ORDERS_SHOWN = 300
NO_ZONE = "none"
BY = ("zone", "skill")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the grid, and what its cells lead to."""

    title: str
    loads: Sequence[Load]
    query: dict[str, str]


@blueprint.get("/capacity")
@plans
def capacity() -> ResponseReturnValue:
    """A grid by zone or by skill, narrowed by the other of the two."""
    session, now = current_session(), services().clock()
    by = request.args.get("by") or "zone"
    if by not in BY:
        raise Problem("bad_input", field="by", reason=Reason("one of {known}", known=", ".join(BY)))
    zones, zone, skill = _zones(session), _zone(), _skill()
    found = load_capacity(session, local(now).date(), DAYS, timezone=services().config.timezone, now=now)
    narrowed = _narrowed(zone, skill)
    rows = _by_zone(found, zones, skill) if by == "zone" else _by_skill(found, zone)
    total = found.loads(None if isinstance(zone, _All) else frozenset({zone}), skill)
    undated = [work for work in found.known if work.day is None and _fits(work, zone, skill)]
    return render_template(
        "plans/capacity.html",
        by=by,
        zone=request.args.get("zone", ""),
        skill=skill or "",
        zones=zones,
        skills=skills(),
        dates=found.dates(),
        rows=[row for row in rows if any(load.level != "none" for load in row.loads)],
        total=Row(_("All"), total, narrowed),
        undated=sum(60 * work.minutes + found.drive_s for work in undated),
        undated_query=narrowed | {"day": "any"},
        drive_s=found.drive_s,
        expects=bool(found.usual),
    )


@blueprint.get("/capacity/orders")
@plans
def capacity_orders() -> ResponseReturnValue:
    """The open orders that a cell of the grid counts."""
    session, today = current_session(), local(services().clock()).date()
    zones, zone, skill = _zones(session), _zone(), _skill()
    asked = request.args.get("day", "")
    day = None if asked == "any" else day_from(asked, today)
    works = {
        work.number: work
        for work in known_work(session, today, _reach(day, today), timezone=services().config.timezone)
        if work.day == day and _fits(work, zone, skill)
    }
    query = (
        select(Order)
        .where(Order.number.in_(sorted(works)[:ORDERS_SHOWN]))
        .options(
            joinedload(Order.service_point).joinedload(ServicePoint.premise), joinedload(Order.technician)
        )
        .order_by(Order.priority.desc(), Order.number)
    )
    return render_template(
        "plans/capacity_orders.html",
        day=day,
        works=works,
        orders=session.scalars(query).all(),
        minutes=sum(work.minutes for work in works.values()),
        zone_name=None if isinstance(zone, _All) else _zone_name(zones, zone),
        zone_id=zone if isinstance(zone, int) else None,
        skill=skill,
    )


def _reach(day: date | None, today: date) -> int:
    return DAYS if day is None else max((day - today).days + 1, 1)


class _All:
    """No zone was asked for; None is a zone too: that of places that lie in none."""


_ALL = _All()


def _zone() -> ZoneId | _All:
    text = request.args.get("zone") or ""
    if not text:
        return _ALL
    return None if text == NO_ZONE else count_from_text(text, field="zone")


def _skill() -> str | None:
    skill = request.args.get("skill") or None
    if skill is not None and skill not in skills():
        raise Problem("bad_input", field="skill", reason=Reason("one of {known}", known=", ".join(skills())))
    return skill


def skills() -> list[str]:
    """What kinds of orders ask for."""
    return sorted({skill for kind in CATALOGUE.values() for skill in kind.skills})


def _narrowed(zone: ZoneId | _All, skill: str | None) -> dict[str, str]:
    query = {} if isinstance(zone, _All) else {"zone": NO_ZONE if zone is None else str(zone)}
    return query | ({"skill": skill} if skill else {})


def _fits(work: KnownWork, zone: ZoneId | _All, skill: str | None) -> bool:
    here = isinstance(zone, _All) or work.zone == zone
    return here and (skill is None or skill in order_type_of(work.type).skills)


def _zones(session: Session) -> Sequence[Zone]:
    return session.scalars(select(Zone).where(Zone.kind == "work").order_by(Zone.name)).all()


def _zone_name(zones: Sequence[Zone], zone: ZoneId) -> str:
    return next((one.name for one in zones if one.id == zone), _("In no zone"))


def _by_zone(found: Capacity, zones: Sequence[Zone], skill: str | None) -> list[Row]:
    known: list[ZoneId] = [*(zone.id for zone in zones), None]
    return [
        Row(_zone_name(zones, zone), found.loads(frozenset({zone}), skill), _narrowed(zone, skill))
        for zone in known
    ]


def _by_skill(found: Capacity, zone: ZoneId | _All) -> list[Row]:
    from_zones = None if isinstance(zone, _All) else frozenset({zone})
    return [Row(skill, found.loads(from_zones, skill), _narrowed(zone, skill)) for skill in skills()]

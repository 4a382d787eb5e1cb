"""The cut list of a day, and raising disconnects from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth.guard import current_staff
from server.days import day_from
from server.db import current_session
from server.pages.collections.blueprint import blueprint, raises, reads
from server.services import services
from server.templating import local
from server.viewing import ngettext, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.problems import Problem
from workorders.queries.cut_list import CutRow, ZoneWork, cut_list, minutes_of_a_cut, zone_work
from workorders.tables import Zone
from workorders.usecases.collections.raise_cuts import Chosen, Raised, raise_cuts

PAGE = 500
"""Rows of each part that are shown; a zone keeps a larger list short."""
BETWEEN = "|"
"""Parts the account from its service point in the value of a tick."""


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A zone's cuts beside what its technicians can do."""

    name: str | None
    work: ZoneWork | None
    allowed: int
    minutes: int


@blueprint.get("/")
@reads
def cuts() -> ResponseReturnValue:
    """Who may be cut on `?day=`, and why not the others; `?zone=` keeps one zone."""
    return _page(_day(request.args.get("day")), request.args.get("zone", ""))


@blueprint.post("/cuts")
@raises
def raise_chosen() -> ResponseReturnValue:
    """Raise a disconnect for every ticked row; a row that cannot be raised says why."""
    day, zone = _day(request.form.get("day")), request.form.get("zone", "")
    chosen = [Chosen(*value.split(BETWEEN, 1)) for value in request.form.getlist("row") if BETWEEN in value]
    try:
        made = raise_cuts(current_session(), day, chosen, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return _page(day, zone, problem=problem), problem.status
    count = sum(one.order is not None for one in made)
    if count:
        flash(ngettext("{count} disconnect is raised.", "{count} disconnects are raised.", count), "good")
    return _page(day, zone, made=made)


def _page(day: date, zone: str, *, problem: Problem | None = None, made: Sequence[Raised] = ()) -> str:
    session, now = current_session(), services().clock()
    zone_id = count_from_text(zone, field="zone", high=2_000_000_000) if zone else None
    listed = cut_list(session, day, now=now, zone_id=zone_id)
    allowed = listed.allowed
    others = [row for row in listed.rows if not row.allowed]
    zones = dict(session.execute(select(Zone.id, Zone.name).order_by(Zone.name)).all())
    return render_template(
        "collections/cuts.html",
        day=day,
        today=local(now).date(),
        zone_id=zone_id,
        zones=zones,
        listed=listed,
        allowed=allowed[:PAGE],
        others=others[:PAGE],
        allowed_count=len(allowed),
        others_count=len(others),
        allowed_cents=_avoiding(allowed),
        others_cents=_avoiding(others),
        work=_work(session, day, allowed, zones),
        minutes=minutes_of_a_cut(),
        between=BETWEEN,
        made=made,
        problem=problem_view(problem) if problem else None,
        refused=[(one, problem_view(one.problem) if one.problem else None) for one in made if not one.order],
    )


def _avoiding(rows: Sequence[CutRow]) -> int:
    """What avoids the cuts of these rows; an account with two service points owes it once."""
    return sum({row.debtor.id: row.avoids_cents for row in rows}.values())


def _work(session: Session, day: date, allowed: Sequence[CutRow], zones: dict[int, str]) -> list[ZoneLine]:
    work, each = zone_work(session, day), minutes_of_a_cut()
    wanted = {zone: sum(row.point.zone_id == zone for row in allowed) for zone in (*zones, None)}
    lines = []
    for zone in (*zones, None):
        if wanted[zone] or zone in work:
            lines.append(ZoneLine(zones.get(zone or 0), work.get(zone), wanted[zone], wanted[zone] * each))
    return lines


def _day(text: str | None) -> date:
    return day_from(text, local(services().clock()).date())

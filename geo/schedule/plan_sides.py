"""What two plans of a day are compared by: the routes in force as a plan, and what each order asks for."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.schedule.plan_changes import Asked
from geo.schedule.states import MOVABLE
from geo.schedule.work import midnight_of
from workorders.policy.response_targets import respond_by
from workorders.queries.rules_cache import rule_book
from workorders.tables import Order, RouteWay, Shift

CHUNK = 500


def standing_document(session: Session, day: date) -> dict[str, Any]:
    """The stops ahead of a day as a plan: times and drives as far as they are known."""
    rows = session.execute(
        select(Order.number, Order.technician_id, Order.planned_start, Order.planned_minutes)
        .where(Order.route_day == day, Order.technician_id.is_not(None), Order.state.in_(sorted(MOVABLE)))
        .order_by(Order.technician_id, Order.sequence.is_(None), Order.sequence, Order.number)
    ).all()
    ends: dict[str, datetime] = {}
    for who, until in session.execute(select(Shift.technician_id, Shift.ends_at).where(Shift.day == day)):
        ends[who] = max(until, ends.get(who, until))
    ways = dict(
        session.execute(
            select(RouteWay.technician_id, RouteWay.drive_seconds).where(RouteWay.day == day)
        ).all()
    )
    visits: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    back: dict[str, datetime] = {}
    for number, technician, start, minutes in rows:
        if technician is None:
            continue
        finish = None if start is None else start + timedelta(minutes=minutes)
        visits[technician].append({"order": number, "start": _text(start), "finish": _text(finish)})
        if finish is not None:
            home = timedelta(seconds=ways[technician][-1] if ways.get(technician) else 0)
            back[technician] = max(finish + home, back.get(technician, finish + home))
    return {
        "day": day.isoformat(),
        "routes": [
            {
                "technician": technician,
                "back": _text(back.get(technician)),
                "drive_s": sum(ways.get(technician, ())),
                "overtime_s": _over(back.get(technician), ends.get(technician)),
                "visits": stops,
            }
            for technician, stops in visits.items()
        ],
        "unplaced": [],
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _over(back: datetime | None, ends: datetime | None) -> int:
    return 0 if back is None or ends is None else max(0, int((back - ends).total_seconds()))


def asked_of(session: Session, numbers: Collection[str], day: date, *, still_open: bool) -> dict[str, Asked]:
    """What these orders ask for; `still_open`: only of those that nobody has begun or finished."""
    midnight = midnight_of(session, day)
    policy = rule_book(session).in_force(day).setting("response_targets")
    found: dict[str, Asked] = {}
    listed = sorted(numbers)
    for start in range(0, len(listed), CHUNK):
        query = select(
            Order.number,
            Order.extra,
            Order.priority,
            Order.requested_at,
            Order.appointment_until,
            Order.due_until,
        ).where(Order.number.in_(listed[start : start + CHUNK]))
        if still_open:
            query = query.where(Order.state.in_(sorted(MOVABLE)))
        for row in session.execute(query):
            target = respond_by(
                row.extra, row.priority, requested_at=row.requested_at, due_until=None, policy=policy
            )
            found[row.number] = Asked(
                *(
                    at if at is not None and at >= midnight else None
                    for at in (row.appointment_until, row.due_until, target)
                )
            )
    return found

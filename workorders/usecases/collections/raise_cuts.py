"""Disconnects raised from the cut list, as many as the day's technicians can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.messages.message import Message
from workorders.problems import Problem, Reason
from workorders.queries.cut_list import (
    CutRow,
    ZoneWork,
    cut_list,
    cutting_type,
    minutes_of_a_cut,
    moment,
    zone_work,
)
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account
from workorders.tables import Account
from workorders.usecases.collections.cycles import steps_taken
from workorders.usecases.orders.orders import OrderRequest, raise_order

MOST = 2_500
"""Orders of one cut day of the largest district that is planned for."""
AHEAD = timedelta(days=14)
LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One ticked line: the account, and the number of its service point."""

    account: str
    point: str


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of a ticked line: the order's number, or why there is none."""

    chosen: Chosen
    order: str | None = None
    why: tuple[Message, ...] = ()
    problem: Problem | None = None


def raise_cuts(
    session: Session, day: date, chosen: Sequence[Chosen], *, now: datetime, actor: str
) -> list[Raised]:
    """Raise a disconnect for each chosen service point that may be cut on `day`; answers line by line.

    Each is judged anew, as of now. When the minutes of a zone's technicians, and of those who work in any
    zone, are used up, the rest is not raised. A line that cannot be raised stops only itself. Raises Problem
    `bad_input` when nothing or too much is chosen, or the day is past or more than AHEAD.
    """
    if not chosen or len(chosen) > MOST:
        reason = Reason("choose 1 to {most} lines", most=MOST)
        raise Problem("bad_input", field="chosen", reason=reason)
    today = district_of(session).day_of(now)
    if not today <= day <= today + AHEAD:
        reason = Reason("from today to {days} days ahead", days=AHEAD.days)
        raise Problem("bad_input", field="day", reason=reason)
    wanted = list(dict.fromkeys(chosen))
    _lock_accounts(session, {one.account for one in wanted})
    found = cut_list(session, day, now=now, numbers=[one.account for one in wanted])
    rows = {Chosen(row.debtor.facts.number, row.point.number): row for row in found.rows}
    left = Capacity(zone_work(session, day))
    made = [_raised(session, day, one, rows.get(one), left, now=now, actor=actor) for one in wanted]
    accounts = [rows[one.chosen].debtor.id for one in made if one.order is not None]
    steps_taken(session, "cut", day, now=now, actor=actor, accounts=accounts)
    return made


def _lock_accounts(session: Session, numbers: set[str]) -> None:
    """In the stated order, so that money that arrives meanwhile waits, and nobody waits for another."""
    for account_id in sorted(session.scalars(select(Account.id).where(Account.number.in_(numbers)))):
        lock_account(session, account_id)


class Capacity:
    """Minutes that are left: a zone's own technicians' first, then of those who work in any zone."""

    def __init__(self, work: Mapping[int | None, ZoneWork]) -> None:
        self._known = bool(work)
        self._left = {zone: one.minutes for zone, one in work.items()}

    def has(self, zone: int | None, minutes: int) -> bool:
        """Somebody has the minutes. Where nobody has a shift that day, capacity is not known: all fits."""
        return not self._known or bool(self._pools(zone, minutes))

    def take(self, zone: int | None, minutes: int) -> None:
        """Use the minutes up."""
        for pool in self._pools(zone, minutes)[:1]:
            self._left[pool] -= minutes

    def _pools(self, zone: int | None, minutes: int) -> list[int | None]:
        return [one for one in (zone, None) if self._left.get(one, 0) >= minutes]


def _raised(
    session: Session,
    day: date,
    one: Chosen,
    row: CutRow | None,
    left: Capacity,
    *,
    now: datetime,
    actor: str,
) -> Raised:
    minutes = minutes_of_a_cut()
    if row is None:
        return Raised(one, why=(Message("cut_list.not_listed"),))
    if not row.allowed:
        return Raised(one, why=row.why_not)
    if not left.has(row.point.zone_id, minutes):
        return Raised(one, why=(Message("cut_list.no_capacity"),))
    at = moment(session, day, now=now)
    zone = ZoneInfo(district_of(session).timezone)
    request = OrderRequest(
        type=cutting_type(),
        service_point_id=row.point.id,
        account_number=one.account,
        due_from=at,
        due_until=datetime.combine(day, LAST_SECOND, zone),
    )
    try:
        with session.begin_nested():
            order = raise_order(session, request, now=now, actor=actor)
    except Problem as problem:
        return Raised(one, problem=problem)
    left.take(row.point.zone_id, minutes)
    return Raised(one, order=order.number)

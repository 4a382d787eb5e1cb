"""Who may be cut on a day, and for everybody else with enough past due, why not, rule by rule."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE, codes_of, order_type_of
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import ServiceChange
from workorders.messages.message import Message
from workorders.policy.aging import debts_of, past_due_since
from workorders.policy.satisfaction import needed_at, satisfaction_of
from workorders.policy.severance import TIMING, CutDecision, CutQuestion, evaluate
from workorders.queries.cycles import schedule_near
from workorders.queries.debtors import Debtor, DebtorPoint, debtors, debtors_named
from workorders.queries.district import district_of
from workorders.queries.forecasts import forecasts_from
from workorders.queries.pieces import pieces
from workorders.queries.rules_cache import rule_book
from workorders.tables import Order, Premise, ServicePoint, Shift, Technician

MORNING = time(8)
"""A later day is judged as at the start of its work."""


@dataclass(frozen=True, slots=True)
class CutRow:
    """One service point of an account past due. Cents: `owed` in all, `avoids` what avoids the cut now."""

    debtor: Debtor
    point: DebtorPoint
    owed_cents: int
    avoids_cents: int
    decision: CutDecision
    order: str | None = None
    """The order that is under way there already, of those that change the service."""
    planned_on: date | None = None
    """The cut day of its billing cycle, where that is still to come."""

    @property
    def allowed(self) -> bool:
        """The cut may be made that day, and nobody was sent yet."""
        return not self.why_not

    @property
    def passes_by_itself(self) -> bool:
        """Nothing is against the cut but what is over another day or hour."""
        lasting = [one for one in self.decision.checks if not one.allowed and one.rule not in TIMING]
        waits = self.planned_on is not None or self.order is not None
        return not lasting and not waits and self.point.state == "on"

    @property
    def why_not(self) -> tuple[Message, ...]:
        """Every verdict against the cut, in the order of the rules; empty when it may be made."""
        found = list(self.decision.reasons)
        if self.point.state != "on":
            found.insert(0, Message.of("cut_list.off", state=self.point.state))
        if self.planned_on is not None:
            found.append(Message.of("cut_list.cycle_day", day=self.planned_on))
        if self.order is not None:
            found.insert(0, Message.of("cut_list.under_way", order=self.order))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ZoneWork:
    """Minutes that a zone's technicians have left that day. `zone_id` None: of those who work in any zone."""

    zone_id: int | None
    technicians: int
    minutes: int


@dataclass(frozen=True, slots=True)
class CutList:
    """The list of a day, by account and service point."""

    day: date
    at: datetime
    rows: tuple[CutRow, ...]

    @property
    def allowed(self) -> tuple[CutRow, ...]:
        """Who may be cut."""
        return tuple(row for row in self.rows if row.allowed)


def cutting_type() -> str:
    """Code of the order type that cuts for non-payment."""
    return sorted(codes_of({ServiceChange.CUT}))[0]


def cut_list(
    session: Session,
    day: date,
    *,
    now: datetime,
    zone_id: int | None = None,
    numbers: list[str] | None = None,
) -> CutList:
    """The cut list of a day, as of now; `zone_id` keeps one zone, `numbers` these accounts only.

    Accounts with less past due than any service's cut rules ask for are not on it.
    """
    at = moment(session, day, now=now)
    rules = rule_book(session).in_force(day)
    least = [
        found.minimum_cents
        for kind, key in rules.rules
        if kind == "cut_rules" and (found := rules.cut_rules(key)) is not None
    ]
    if not least:
        return CutList(day, at, ())
    wanted = (
        debtors_named(session, numbers, now=now)
        if numbers is not None
        else debtors(session, day, now=now, least_cents=min(least))
    )
    rows = list(_judged(session, wanted, at, now=now, least=max(min(least), 1), zone_id=zone_id))
    under_way = _under_way(session, [row.point.id for row in rows])
    return CutList(
        day,
        at,
        tuple(replace(row, order=under_way.get(row.point.id)) for row in rows),
    )


def moment(session: Session, day: date, *, now: datetime) -> datetime:
    """The instant for which a day's cuts are judged: the start of its work, or now when that is past."""
    return max(now, datetime.combine(day, MORNING, ZoneInfo(district_of(session).timezone)))


def zone_work(session: Session, day: date) -> dict[int | None, ZoneWork]:
    """The minutes of shifts on a day, without breaks, that day's routes, and its cuts not given out yet.

    Empty where nobody has a shift that day: capacity is not known then.
    """
    people = session.execute(
        select(Technician.id, Technician.zone_id, Shift.starts_at, Shift.ends_at, Shift.break_minutes)
        .join(Shift, Shift.technician_id == Technician.id)
        .where(Shift.day == day, Technician.active)
    ).all()
    planned: dict[str | None, int] = {
        technician: int(minutes)
        for technician, minutes in session.execute(
            select(Order.technician_id, func.sum(Order.planned_minutes))
            .where(Order.route_day == day, Order.state.in_(ACTIVE), Order.technician_id.is_not(None))
            .group_by(Order.technician_id)
        )
    }
    free: Counter[int | None] = Counter()
    by_zone: defaultdict[int | None, set[str]] = defaultdict(set)
    for technician, zone, starts, ends, rest in people:
        free[zone] += max(int((ends - starts).total_seconds()) // 60 - rest, 0)
        if technician not in by_zone[zone]:
            free[zone] -= planned.get(technician, 0)
        by_zone[zone].add(technician)
    for zone, minutes in _cuts_not_given_out(session, day).items():
        own = min(minutes, max(free[zone], 0)) if zone in by_zone else 0
        free[zone] -= own
        free[None] -= minutes - own
    return {zone: ZoneWork(zone, len(theirs), max(free[zone], 0)) for zone, theirs in by_zone.items()}


def _cuts_not_given_out(session: Session, day: date) -> dict[int | None, int]:
    """Minutes of the day's disconnects that no technician has yet, by zone."""
    zone = ZoneInfo(district_of(session).timezone)
    start, end = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
    rows = session.execute(
        select(Premise.zone_id, func.sum(Order.planned_minutes))
        .join(ServicePoint, ServicePoint.premise_id == Premise.id)
        .join(Order, Order.service_point_id == ServicePoint.id)
        .where(
            Order.type == cutting_type(),
            Order.state.in_(ACTIVE),
            Order.technician_id.is_(None),
            Order.due_from >= start,
            Order.due_from < end,
        )
        .group_by(Premise.zone_id)
    )
    return {zone_id: int(minutes) for zone_id, minutes in rows}


def _judged(
    session: Session,
    wanted: Iterator[Debtor],
    at: datetime,
    *,
    now: datetime,
    least: int,
    zone_id: int | None,
) -> Iterator[CutRow]:
    book, timezone = rule_book(session), district_of(session).timezone
    day = at.astimezone(ZoneInfo(timezone)).date()
    forecast = forecasts_from(session, day, now=now).get(day)
    policy, schedule = satisfaction_of(book.in_force(day)), schedule_near(session, day)
    for debtor in wanted:
        if zone_id is not None and all(point.zone_id != zone_id for point in debtor.points):
            continue
        avoids = needed_at(debtor.facts, policy, at=None, now=at, timezone=timezone)
        if avoids < least:
            continue
        planned = None
        if debtor.cycle_id is not None:
            since = past_due_since(debts_of(debtor.facts, policy, at=None, timezone=timezone))
            planned = schedule.steps(debtor.cycle_id, since).get("cut")
            planned = planned if planned is not None and planned > day else None
        for point in debtor.points:
            if zone_id is not None and point.zone_id != zone_id:
                continue
            question = CutQuestion(
                account=debtor.facts,
                service=point.service,
                at=at,
                timezone=timezone,
                medical=point.medical,
                forecast=forecast,
            )
            found = evaluate(question, book)
            yield CutRow(debtor, point, debtor.facts.balance_cents, avoids, found, planned_on=planned)


def _under_way(session: Session, points: list[int]) -> dict[int, str]:
    """The active order that changes the service, by service point."""
    changing = [code for code, known in CATALOGUE.items() if known.active_per_service_point]
    found: dict[int, str] = {}
    for part in pieces(points):
        rows = session.execute(
            select(Order.service_point_id, Order.number)
            .where(
                Order.service_point_id.in_(part),
                Order.type.in_(changing),
                Order.state.in_(ACTIVE),
            )
            .order_by(Order.number)
        )
        found.update((point, number) for point, number in rows)
    return found


def minutes_of_a_cut() -> int:
    """Planned minutes of one disconnect."""
    return order_type_of(cutting_type()).minutes

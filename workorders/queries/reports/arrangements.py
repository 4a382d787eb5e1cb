"""How payment arrangements are kept: by month and by who made them, and one by one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.times import start_of_day
from workorders.messages.texts import N_
from workorders.policy.aging import DEBT_LOOKBACK
from workorders.policy.arrangements import Arrangement, Outcome, outcome_of
from workorders.policy.satisfaction import satisfaction_of
from workorders.queries.account_facts import AccountRecords
from workorders.queries.district import district_of
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Customer, Hold, HoldEvent

ROLES = ("cashier", "supervisor")
STATES = ("running", "kept", "broken")
CHUNK = 500
"""Accounts read together."""


@dataclass(frozen=True, slots=True)
class Made:
    """An arrangement with who made it, and what became of it."""

    account: str
    customer: str
    made_at: datetime
    made_by: str
    made_on: date
    ends_on: date | None
    lifted_why: str | None
    outcome: Outcome


def arrangements(session: Session, asked: Asked, since: datetime, before: datetime) -> Iterator[Made]:
    """Arrangements that people made from `since` until `before`, oldest first."""
    query = (
        select(HoldEvent, Hold, Account, Customer.name)
        .join(Hold, Hold.id == HoldEvent.hold_id)
        .join(Account, Account.id == Hold.account_id)
        .join(Customer, Customer.id == Account.customer_id)
        .where(Hold.kind == "arrangement", HoldEvent.kind == "added")
        .where(HoldEvent.at >= since, HoldEvent.at < before)
        .order_by(HoldEvent.at, HoldEvent.id)
    )
    found = session.execute(query).all()
    for start in range(0, len(found), CHUNK):
        yield from _judged(session, asked, found[start : start + CHUNK], since)


def _judged(
    session: Session,
    asked: Asked,
    found: Sequence[Any],
    since: datetime,
) -> Iterator[Made]:
    district, book = district_of(session), rule_book(session)
    records = AccountRecords(session, {one.id: one for _, _, one, _ in found}.values(), since - DEBT_LOOKBACK)
    lifted = _lifted(session, [hold.id for _, hold, _, _ in found])
    for event, hold, account, customer in found:
        made_on = district.day_of(event.at)
        gone = lifted.get(hold.id)
        made = Arrangement(event.at, made_on, gone.at if gone else _over_at(hold, asked))
        facts = records.facts(account, since=event.at, lookback=DEBT_LOOKBACK)
        policy = satisfaction_of(book.in_force(made_on))
        outcome = outcome_of(made, facts, policy, timezone=district.timezone)
        why = gone.reason if gone else None
        yield Made(account.number, customer, event.at, event.actor, made_on, hold.ends_on, why, outcome)


def _over_at(hold: Hold, asked: Asked) -> datetime | None:
    """When its last day was over; None: it still lasts."""
    if hold.ends_on is None or hold.ends_on >= asked.today:
        return None
    return start_of_day(hold.ends_on + timedelta(days=1), asked.timezone)


def _lifted(session: Session, holds: Iterable[int]) -> dict[int, HoldEvent]:
    events = select(HoldEvent).where(HoldEvent.hold_id.in_(list(holds)), HoldEvent.kind == "lifted")
    return {one.hold_id: one for one in session.scalars(events.order_by(HoldEvent.id))}


def by_month(session: Session, asked: Asked) -> Iterator[Row]:
    """A line for each month that the days touch, and for each person who made some."""
    first = asked.first.replace(day=1)
    last = _month_end(asked.last)
    since = start_of_day(first, asked.timezone)
    before = start_of_day(last + timedelta(days=1), asked.timezone)
    sums: defaultdict[tuple[date, str], list[Outcome]] = defaultdict(list)
    for one in arrangements(session, asked, since, before):
        sums[one.made_on.replace(day=1), one.made_by].append(one.outcome)
    for (month, person), some in sorted(sums.items()):
        states = [sum(one.state == state for one in some) for state in ("kept", "broken", "running")]
        promised, paid = sum(one.promised_cents for one in some), sum(one.paid_cents for one in some)
        decided = states[0] + states[1]
        yield (
            month,
            _month_end(month),
            person,
            len(some),
            *states,
            states[0] / decided if decided else None,
            promised,
            paid,
            paid / promised if promised else None,
        )


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def one_by_one(session: Session, asked: Asked) -> Iterator[Row]:
    """Arrangements of the days."""
    person, state = asked.get("person"), asked.get("state")
    for one in arrangements(session, asked, asked.since, asked.before):
        if person in {None, one.made_by} and state in {None, one.outcome.state}:
            outcome = one.outcome
            yield (
                one.made_at,
                one.account,
                one.customer,
                one.made_by,
                one.ends_on,
                outcome.state,
                outcome.promised_cents,
                outcome.paid_cents,
                outcome.paid_cents / outcome.promised_cents if outcome.promised_cents else None,
                one.lifted_why,
            )


ARRANGEMENTS = Report(
    name="arrangements",
    title=N_("Payment arrangements kept"),
    about=N_(
        "Arrangements by the month in which they were made and by who made them. Promised is what was past "
        "due then; kept is one of which as much was paid before it ended, broken one that ended or was "
        "lifted first."
    ),
    roles=ROLES,
    columns=(
        Column("month", N_("Month"), "month"),
        Column("until", N_("Until"), "day"),
        Column("person", N_("Made by"), "who"),
        Column("made", N_("Made"), "number", total=True),
        Column("kept", N_("Kept"), "number", total=True),
        Column("broken", N_("Broken"), "number", total=True),
        Column("running", N_("Running"), "number", total=True),
        Column("kept_share", N_("Kept of those that are over"), "percent"),
        Column("promised_cents", N_("Promised"), "money", total=True),
        Column("paid_cents", N_("Paid of it"), "money", total=True),
        Column("paid_share", N_("Paid of the promised"), "percent"),
    ),
    rows=by_month,
    filters=(span(180),),
    order="-month",
    chart=Chart(N_("Arrangements"), "month", ("kept", "broken", "running")),
    drill=Drill("arrangement-list", {"person": "person", "from": "month", "until": "until"}),
)
ARRANGEMENT_LIST = Report(
    name="arrangement-list",
    title=N_("Payment arrangements, one by one"),
    about=N_("Every arrangement by when it was made, what was promised by it, and what was paid of that."),
    roles=ROLES,
    columns=(
        Column("made_at", N_("Made"), "time"),
        Column("account", N_("Account"), link="account"),
        Column("customer", N_("Customer")),
        Column("made_by", N_("Made by"), "who"),
        Column("ends_on", N_("Last day"), "day"),
        Column("state", N_("State"), "code", group="arrangement_states"),
        Column("promised_cents", N_("Promised"), "money", total=True),
        Column("paid_cents", N_("Paid of it"), "money", total=True),
        Column("paid_share", N_("Paid of the promised"), "percent"),
        Column("lifted_why", N_("Why it was lifted")),
    ),
    rows=one_by_one,
    filters=(
        span(180),
        Filter("person", N_("Made by"), "maker"),
        Filter("state", N_("State"), "choice", choices=STATES, group="arrangement_states"),
    ),
    order="-made_at",
)

"""The aging of accounts in collection, and of the orders that follow from it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import ServiceChange
from workorders.messages.texts import N_
from workorders.policy.aging import aged, bucket_days, debts_of, past_due_cents, past_due_since
from workorders.policy.satisfaction import satisfaction_of
from workorders.problems import Reason
from workorders.queries.debtors import Debtor, debtors, debtors_named
from workorders.queries.reports.report import Asked, Column, Filter, Report, Row
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Order, Zone


def columns(session: Session, asked: Asked) -> tuple[Column, ...]:
    """A column for each bucket of the rule `aging` of the day."""
    days = bucket_days(rule_book(session).in_force(asked.today))
    buckets = [Column("current_cents", N_("Current"), "money", total=True)]
    for first, last in zip((1, *(end + 1 for end in days)), (*days, None), strict=True):
        if last is None:
            title = Reason("Over {days} days", days=first - 1)
            buckets.append(Column("older_cents", title, "money", total=True))
        else:
            title = Reason("{first}–{last} days", first=first, last=last)
            buckets.append(Column(f"to_{last}_days_cents", title, "money", total=True))
    return (
        Column("account", N_("Account"), link="account"),
        Column("customer", N_("Customer")),
        *buckets,
        Column("past_due_cents", N_("Past due"), "money", total=True),
        Column("owed_cents", N_("Owes"), "money", total=True),
        Column("notice", N_("Last notice"), "code", group="notices"),
        Column("notice_sent", N_("Sent"), "day"),
        Column("hold", N_("Protection"), "code", group="holds"),
    )


def rows(session: Session, asked: Asked) -> Iterator[Row]:
    """Every account with something past due."""
    rules = rule_book(session).in_force(asked.today)
    days, policy = bucket_days(rules), satisfaction_of(rules)
    chosen = asked.get("zone")
    zone = session.scalar(select(Zone.id).where(Zone.code == chosen)) if chosen else None
    for debtor in debtors(session, asked.today, now=asked.now):
        if zone is not None and all(point.zone_id != zone for point in debtor.points):
            continue
        debts = debts_of(debtor.facts, policy, at=None, timezone=asked.timezone)
        buckets = aged(debts, asked.today, days)
        notice, sent = _last_notice(debtor)
        yield (
            debtor.facts.number,
            debtor.customer,
            *(one.cents for one in buckets),
            past_due_cents(debts, asked.today),
            debtor.facts.balance_cents,
            notice,
            sent,
            _hold(debtor, asked.today),
        )


def _last_notice(debtor: Debtor) -> tuple[str | None, date | None]:
    sent = [one for one in debtor.notices if one.state == "sent"]
    return (sent[-1].kind, sent[-1].sent_on) if sent else (None, None)


def _hold(debtor: Debtor, day: date) -> str | None:
    """The protection in force that began last."""
    standing = [
        one
        for one in debtor.facts.holds
        if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)
    ]
    return max(standing, key=lambda one: one.starts_on).kind if standing else None


AGING = Report(
    name="aging",
    title=N_("Aging of accounts in collection"),
    about=N_("Accounts with something past due; payments have settled the oldest due first."),
    roles=("dispatcher", "cashier", "supervisor"),
    columns=columns,
    rows=rows,
    filters=(Filter("zone", N_("Zone"), "zone"),),
    order="-past_due_cents",
)


def by_bucket(session: Session, asked: Asked) -> Iterator[Row]:
    """Each bucket of the rule `aging`, with the accounts that have something in it."""
    rules = rule_book(session).in_force(asked.today)
    days, policy = bucket_days(rules), satisfaction_of(rules)
    accounts, cents, served = Counter[int](), Counter[int](), Counter[int]()
    for debtor in debtors(session, asked.today, now=asked.now):
        debts = debts_of(debtor.facts, policy, at=None, timezone=asked.timezone)
        for one in aged(debts, asked.today, days):
            if one.cents > 0:
                accounts[one.first] += 1
                served[one.first] += bool(debtor.points)
                cents[one.first] += one.cents
    for first in (0, 1, *(end + 1 for end in days)):
        yield (first, accounts[first], served[first], accounts[first] - served[first], cents[first])


def disconnects(session: Session, asked: Asked) -> Iterator[Row]:
    """Open disconnects with the age of the debt that they are for."""
    orders = session.execute(
        select(Order.number, Order.state, Order.technician_id, Order.due_until, Account.number)
        .join(Account, Account.id == Order.account_id)
        .where(Order.type.in_(codes_of({ServiceChange.CUT})), Order.state.in_(ACTIVE))
        .order_by(Order.number)
    ).all()
    rules = rule_book(session).in_force(asked.today)
    policy, least = satisfaction_of(rules), asked.get("age") or 0
    owing = {
        one.facts.number: one for one in debtors_named(session, {row[4] for row in orders}, now=asked.now)
    }
    for number, state, technician, until, account in orders:
        debtor = owing.get(account)
        debts = debts_of(debtor.facts, policy, at=None, timezone=asked.timezone) if debtor else ()
        since = past_due_since(debts)
        late = max((asked.today - since).days, 0) if since is not None else 0
        if late >= least:
            customer = debtor.customer if debtor is not None else ""
            owed = past_due_cents(debts, asked.today)
            yield (number, account, customer, state, technician, until, since, late, owed)


AGING_BUCKETS = Report(
    name="aging-buckets",
    title=N_("Debts by age"),
    about=N_("Accounts with something past due, by age; an account counts in each age it owes."),
    roles=("dispatcher", "cashier", "supervisor"),
    columns=(
        Column("from_days", N_("Days past due, from"), "number"),
        Column("accounts", N_("Accounts"), "number"),
        Column("served", N_("Served now"), "number"),
        Column("left", N_("Left"), "number"),
        Column("open_cents", N_("Open"), "money", total=True),
    ),
    rows=by_bucket,
    order="from_days",
)
CUTS_BY_AGE = Report(
    name="disconnects-by-age",
    title=N_("Open disconnects by age of the debt"),
    about=N_("Disconnects that are not finished, with how long the oldest bill behind each is past due."),
    roles=("dispatcher", "cashier", "supervisor"),
    columns=(
        Column("order", N_("Order"), link="order"),
        Column("account", N_("Account"), link="account"),
        Column("customer", N_("Customer")),
        Column("state", N_("State"), "state"),
        Column("technician", N_("Technician"), "who"),
        Column("due_until", N_("Due by"), "time"),
        Column("past_due_since", N_("Past due since"), "day"),
        Column("days_past_due", N_("Days past due"), "number"),
        Column("past_due_cents", N_("Past due"), "money", total=True),
    ),
    rows=disconnects,
    filters=(Filter("age", N_("At least this many days past due"), "number"),),
    order="-days_past_due",
)

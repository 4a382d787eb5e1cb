"""Customers pay: by lockbox file, at the counter into a drawer, by mail in a batch, on the web, by phone."""

import random
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.month.files import amount, take_file
from demo.month.habits import Intent
from demo.month.stage import CASHIER, CSR, SUPERVISOR, Month
from workorders.policy.tenders import Tender
from workorders.queries.account_facts import needed_by_account
from workorders.tables import Account
from workorders.usecases.cash.counter import close_batch, open_batch, take_tenders, void_receipt
from workorders.usecases.cash.payments import record_payment

LEAST_CENTS = 100
KEYED_WRONG, SURELY_WRONG = 1 / 60, 3
"""Share of payments at the counter that are keyed wrong; one of a month is, from that working day on."""


def payments_of_the_morning(month: Month) -> None:
    """The lockbox file of the night, and the pile of the mail."""
    due = _due(month)
    month.agenda[month.today] = [one for one in due if one.channel not in {"lockbox", "mail"}]
    _lockbox(month, _priced(month, [one for one in due if one.channel == "lockbox"]))
    _mail(month, _priced(month, [one for one in due if one.channel == "mail"]))


def payments_of_the_hour(month: Month, share: float) -> None:
    """A share of the day's other payments, so that some come while tablets have no signal."""
    waiting = month.agenda.get(month.today, [])
    now, month.agenda[month.today] = (
        waiting[: round(len(waiting) * share)],
        waiting[round(len(waiting) * share) :],
    )
    for intent, cents in _priced(month, now):
        month.act(pay, intent, cents)


def pay(month: Month, session: Session, intent: Intent, cents: int) -> None:
    """One customer pays by their channel."""
    rng = month.rng("pay", intent.account)
    if intent.channel == "counter":
        _at_the_counter(month, session, intent.account, cents, rng)
        return
    id_ = f"{intent.channel}-{month.today:%m%d}-{intent.account}-{month.tally['payments']}"
    made = month.attempt(
        session, "payment", record_payment, id_, intent.account, cents, intent.channel, actor=CSR
    )
    if made is not None:
        _count(month, id_, cents)


def _at_the_counter(month: Month, session: Session, account: str, cents: int, rng: random.Random) -> None:
    """Cash, a check, or both; one in sixty is keyed wrong and voided at once, then taken right."""
    request = f"c{month.today:%m%d}-{account}-{month.tally['payments']}"
    tenders = _tenders(cents, rng, checks=not _banned(session, account))
    wrong = rng.random() < KEYED_WRONG or (month.place >= SURELY_WRONG and not month.tally["voided"])
    for place, due in enumerate((cents + 1_000, cents) if wrong else (cents,)):
        given = tenders if due == cents else _tenders(due, rng, checks=False)
        by = {"channel": "counter", "actor": CASHIER}
        receipt = month.attempt(
            session, "counter", take_tenders, f"{request}-{place}", account, due, given, **by
        )
        if receipt is None:
            return
        if due != cents:
            why = "keyed wrong"
            month.attempt(session, "void", void_receipt, receipt.number, reason=why, actor=SUPERVISOR)
            month.tally["voided"] += 1
            continue
        for part, tender in enumerate(given, 1):
            _count(month, f"{request}-{place}-{part}", tender.cents)


def _tenders(cents: int, rng: random.Random, *, checks: bool) -> list[Tender]:
    draw = rng.random()
    number = str(rng.randint(100, 9_999))
    if checks and draw < 0.4:
        return [Tender("check", cents, number)]
    if checks and draw < 0.45 and cents > 2_000:
        return [Tender("cash", 1_000), Tender("check", cents - 1_000, number)]
    return [Tender("cash", cents)]


def _banned(session: Session, account: str) -> bool:
    return bool(session.scalar(select(Account.check_ban).where(Account.number == account)))


def _lockbox(month: Month, priced: Sequence[tuple[Intent, int]]) -> None:
    rows = [
        (f"LB{month.today:%m%d}-{place:05d}", intent.account, amount(cents), month.today, f"trace {place}")
        for place, (intent, cents) in enumerate(priced)
    ]
    columns = ("id", "account", "amount", "received_on", "reference")
    if take_file(month, "payments", columns, rows).get("payments", 0):
        for row, (_, cents) in zip(rows, priced, strict=True):
            _count(month, str(row[0]), cents)


def _mail(month: Month, priced: Sequence[tuple[Intent, int]]) -> None:
    """A pile that was added up beforehand, keyed and closed."""
    if not priced:
        return

    def key(session: Session) -> None:
        total = sum(cents for _, cents in priced)
        batch = open_batch(session, "mail", len(priced), total, now=month.now, actor=CASHIER)
        for place, (intent, cents) in enumerate(priced):
            request = f"m{month.today:%m%d}-{place}"
            kind = "money_order" if _banned(session, intent.account) else "check"
            tenders = [Tender(kind, cents, f"{place + 100}")]
            by = {"channel": "mail", "batch_id": batch.id, "actor": CASHIER}
            taken = month.attempt(
                session, "mail", take_tenders, request, intent.account, cents, tenders, **by
            )
            if taken is not None:
                _count(month, f"{request}-1", cents)
        month.attempt(session, "batch", close_batch, batch.id, reason="", actor=CASHIER)

    month.do(key)


def _count(month: Month, payment: str, cents: int) -> None:
    month.tally["payments"] += 1
    month.paid[payment] = cents


def _due(month: Month) -> list[Intent]:
    """Whose day has come, one intent an account; days without work are made up for."""
    days = sorted(day for day in month.agenda if day <= month.today)
    found: dict[str, Intent] = {}
    for day in days:
        for one in month.agenda.pop(day):
            known = found.get(one.account)
            both = (
                None if known is None or known.cents is None or one.cents is None else known.cents + one.cents
            )
            found[one.account] = one if known is None else Intent(one.account, both, one.channel)
    return list(found.values())


def _priced(month: Month, intents: Sequence[Intent]) -> list[tuple[Intent, int]]:
    """What each pays: the bill in hand, or all that is past due now; whoever owes nothing stays at home."""
    asked = _needed(month, [one.account for one in intents if one.cents is None])
    priced = [(one, asked.get(one.account, 0) if one.cents is None else one.cents) for one in intents]
    return [(one, cents) for one, cents in priced if cents >= LEAST_CENTS]


def _needed(month: Month, numbers: Sequence[str]) -> Mapping[str, int]:
    if not numbers:
        return {}
    with month.sessions() as session:
        accounts = session.scalars(
            select(Account).where(Account.number.in_(numbers)).order_by(Account.id)
        ).all()
        return needed_by_account(session, accounts, now=month.now)

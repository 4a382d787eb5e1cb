"""What another amount of a fee would have made of the last calendar month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from workorders.grammar.money import rounded
from workorders.grammar.times import start_of_day
from workorders.policy.fees import capped, purpose
from workorders.policy.rulebook import RulesInForce
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import JournalEntry, Order, Posting, ServicePoint


@dataclass(frozen=True, slots=True)
class FeePreview:
    """Charges of a fee recorded from `first` to `last` that still stand: cents with tax, as posted and as
    the other amount would have made them.
    """

    first: date
    last: date
    charges: int
    posted_cents: int
    would_cents: int

    @property
    def difference_cents(self) -> int:
        """How much more would have been charged; negative: less."""
        return self.would_cents - self.posted_cents


def last_month(today: date) -> tuple[date, date]:
    """First and last day of the calendar month before that of `today`."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def preview_fee(session: Session, code: str, cents: int, *, now: datetime) -> FeePreview:
    """The charges of `code` in the last calendar month at `cents` each.

    Waived ones stay waived, the cap on reconnects and the tax hold as they did on the day of each charge, and
    a charge that was reversed is left out. It says nothing of how many would have asked for the service.
    """
    district = district_of(session)
    first, last = last_month(district.day_of(now))
    since = start_of_day(first, district.timezone)
    before = start_of_day(last + timedelta(days=1), district.timezone)
    book = rule_book(session)
    charges = _charges(session, code, since, before)
    posted = would = 0
    for effective_at, service, lines in charges:
        net, tax = lines["SVC"], lines["TAX"]
        rules = book.in_force(district.day_of(effective_at))
        posted += net + tax
        would += _would(rules, code, cents, service=service, taxed=tax != 0)
    return FeePreview(first, last, len(charges), posted, would)


def _would(rules: RulesInForce, code: str, cents: int, *, service: str | None, taxed: bool) -> int:
    cents = capped(cents, code, rules, service)
    tax = rules.setting("fee_tax")
    return cents + (rounded(cents * int(tax["basis_points"]), 10_000) if taxed and tax else 0)


def _charges(
    session: Session, code: str, since: datetime, before: datetime
) -> list[tuple[datetime, str | None, defaultdict[str, int]]]:
    """When each charge took effect, the service it was for, and its cents by ledger (SVC, TAX)."""
    reversal = aliased(JournalEntry)
    query = (
        select(
            JournalEntry.id,
            JournalEntry.effective_at,
            ServicePoint.service,
            Posting.ledger,
            func.sum(Posting.amount_cents),
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .outerjoin(reversal, reversal.reverses_id == JournalEntry.id)
        .outerjoin(Order, Order.number == JournalEntry.order_number)
        .outerjoin(ServicePoint, ServicePoint.id == Order.service_point_id)
        .where(
            JournalEntry.purpose == purpose(code),
            JournalEntry.recorded_at >= since,
            JournalEntry.recorded_at < before,
            reversal.id.is_(None),
            Posting.ledger.in_(("SVC", "TAX")),
        )
        .group_by(JournalEntry.id, JournalEntry.effective_at, ServicePoint.service, Posting.ledger)
    )
    found: dict[int, tuple[datetime, str | None, defaultdict[str, int]]] = {}
    for entry, effective_at, service, ledger, amount in session.execute(query):
        _, _, lines = found.setdefault(entry, (effective_at, service, defaultdict(int)))
        lines[ledger] -= int(amount)
    return list(found.values())

"""The report of fees: charged, not charged after all, and waived, by reason."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.judgement.traits import ServiceChange
from workorders.messages.texts import N_
from workorders.policy.fees import REACHED
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.queries.reports.report import Asked, Chart, Column, Report, Row, span
from workorders.queries.reports.visits import Visit, visits
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Fee, JournalEntry, Order, Posting

FEE, REVERSED = "fee_", "reverse_fee_"


def fees(session: Session, asked: Asked) -> Iterator[Row]:
    """Fees by code and reason: as posted in the span, and what was not charged to begin with."""
    titles = dict(session.execute(select(Fee.code, Fee.title).order_by(Fee.effective_from)).all())
    counts: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    cents: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    posted = (
        select(
            JournalEntry.id,
            JournalEntry.purpose,
            JournalEntry.code,
            Posting.ledger,
            func.sum(Posting.amount_cents),
        )
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(
            or_(
                JournalEntry.purpose.startswith(FEE, autoescape=True),
                JournalEntry.purpose.startswith(REVERSED, autoescape=True),
            ),
            JournalEntry.recorded_at >= asked.since,
            JournalEntry.recorded_at < asked.before,
            Posting.ledger.in_(("SVC", "TAX")),
        )
        .group_by(JournalEntry.id, JournalEntry.purpose, JournalEntry.code, Posting.ledger)
    )
    for entry, purpose, message, ledger, amount in session.execute(posted):
        back = purpose.startswith(REVERSED)
        code = purpose.removeprefix(REVERSED if back else FEE)
        reason = ("not_charged" if message == "entry.not_charged" else "taken_back") if back else "charged"
        counts[code, reason].add(entry)
        cents[code, reason][ledger] -= int(amount)
    for (code, reason), entries in sorted(counts.items()):
        net, tax = cents[code, reason]["SVC"], cents[code, reason]["TAX"]
        yield (titles.get(code, code), reason, len(entries), net, tax, net + tax, 0)
    for (code, reason), (count, waived) in sorted(_waived(session, asked).items()):
        yield (titles.get(code, code), reason, count, 0, 0, 0, waived)


def _waived(session: Session, asked: Asked) -> dict[tuple[str, str], tuple[int, int]]:
    """Fees that a visit would have cost, had the order not been free or the rate class exempt."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    book, day_of = rule_book(session), district_of(session).day_of
    seen = [one for one in visits(session, asked) if order_type_of(one.type).fees]
    orders = _orders(session, [one.order for one in seen])
    for visit in seen:
        no_charge, rate_class = orders[visit.order]
        rules = book.in_force(day_of(visit.ended))
        order_type = order_type_of(visit.type)
        for code in order_type.fees:
            fee = rules.fees.get(code)
            if (
                fee is None
                or fee.trigger not in REACHED[_reached(visit)]
                or code in order_type.fees_by_finding
            ):
                continue
            if no_charge:
                found[code, "no_charge"].append(fee.amount_cents)
            elif rate_class in fee.exempt_rate_classes:
                found[code, "rate_class"].append(fee.amount_cents)
    return {key: (len(some), sum(some)) for key, some in found.items()}


def _reached(visit: Visit) -> str:
    if visit.kind == "unable" or visit.outcome == "collected":
        return "visited"
    return "cut" if order_type_of(visit.type).service is ServiceChange.CUT else "completed"


def _orders(session: Session, numbers: list[str]) -> dict[str, tuple[bool, str | None]]:
    wanted, found = sorted(set(numbers)), dict[str, tuple[bool, str | None]]()
    query = select(Order.number, Order.no_charge, Account.rate_class)
    query = query.outerjoin(Account, Account.id == Order.account_id)
    for piece in pieces(wanted):
        part = query.where(Order.number.in_(piece))
        found |= {number: (free, rate) for number, free, rate in session.execute(part)}
    return found


FEES = Report(
    name="fees",
    title=N_("Fees charged and waived by reason"),
    about=N_("Fees posted in these days, those taken back, and what free visits would have cost."),
    roles=("cashier", "supervisor"),
    columns=(
        Column("fee", N_("Fee")),
        Column("reason", N_("Reason"), "code", group="fee_reasons"),
        Column("fees", N_("Fees"), "number", total=True),
        Column("net_cents", N_("Net"), "money", total=True),
        Column("tax_cents", N_("Tax"), "money", total=True),
        Column("amount_cents", N_("Amount"), "money", total=True),
        Column("waived_cents", N_("Waived"), "money", total=True),
    ),
    rows=fees,
    filters=(span(30),),
    order="-amount_cents",
    chart=Chart(N_("Charged and waived"), "fee", ("amount_cents", "waived_cents")),
)

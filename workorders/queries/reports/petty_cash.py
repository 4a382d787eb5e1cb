"""Reports of petty cash: by office and expense account, and every voucher."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from workorders.messages.texts import N_
from workorders.policy.petty_cash import account_titles
from workorders.queries.district import district_of
from workorders.queries.offices import offices
from workorders.queries.reports.receipts import MONEY
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.queries.rules_cache import rule_book
from workorders.tables import PettyTransfer, PettyTransferVoucher, PettyVoucher

STATES = ("asked", "paid", "filled", "refused", "returned")


def by_account(session: Session, asked: Asked) -> Iterator[Row]:
    """Paid and returned by month, office and expense account, each in the month in which it happened."""
    day_of, titles = district_of(session).day_of, account_titles(rule_book(session))
    names = {one.code: one.name for one in offices(session, active=False)}
    sums: defaultdict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])

    def line(at: datetime, voucher: PettyVoucher) -> list[int]:
        return sums[day_of(at).replace(day=1), voucher.office, voucher.account]

    for voucher in _moved(session, asked):
        if voucher.decided_at is not None and asked.since <= voucher.decided_at < asked.before:
            found = line(voucher.decided_at, voucher)
            found[0] += 1
            found[1] += voucher.amount_cents
        if voucher.returned_at is not None and asked.since <= voucher.returned_at < asked.before:
            line(voucher.returned_at, voucher)[2] += voucher.amount_cents
    for (month, office, account), (count, paid, back) in sorted(sums.items()):
        name, words = names.get(office, office), titles.get(account, account)
        yield (month, office, name, account, words, count, paid, back, paid - back)


def one_by_one(session: Session, asked: Asked) -> Iterator[Row]:
    """Vouchers by when they were asked for, whatever became of them."""
    titles = account_titles(rule_book(session))
    filled: dict[str, str] = dict(
        session.execute(
            select(PettyTransferVoucher.voucher_id, PettyTransfer.id)
            .join(PettyTransfer, PettyTransfer.id == PettyTransferVoucher.transfer_id)
            .join(PettyVoucher, PettyVoucher.id == PettyTransferVoucher.voucher_id)
            .where(PettyTransfer.state == "done")
            .where(PettyVoucher.asked_at >= asked.since, PettyVoucher.asked_at < asked.before)
        ).all()
    )
    query = select(PettyVoucher).where(
        PettyVoucher.asked_at >= asked.since, PettyVoucher.asked_at < asked.before
    )
    for one in session.scalars(query.order_by(PettyVoucher.id)):
        if asked.get("office") not in {None, one.office} or asked.get("state") not in {None, one.state}:
            continue
        yield (
            one.id,
            one.office,
            one.asked_at,
            one.payee,
            one.reason,
            one.account,
            titles.get(one.account, one.account),
            one.receipt,
            one.state,
            one.asked_by,
            one.decided_by if one.decided_by != one.asked_by else None,
            filled.get(one.id),
            one.amount_cents,
            one.amount_cents if one.state in {"paid", "filled"} else 0,
        )


def _moved(session: Session, asked: Asked) -> Iterator[PettyVoucher]:
    """Vouchers whose cash went out of the box, or came back, within the span."""
    decided = and_(PettyVoucher.decided_at >= asked.since, PettyVoucher.decided_at < asked.before)
    returned = and_(PettyVoucher.returned_at >= asked.since, PettyVoucher.returned_at < asked.before)
    moved = PettyVoucher.state.in_(("paid", "filled", "returned"))
    yield from session.scalars(select(PettyVoucher).where(moved, or_(decided, returned)))


PETTY_CASH = Report(
    name="petty-cash",
    title=N_("Petty cash by expense account"),
    about=N_("What was paid out of petty cash by month, office and expense account, and what came back."),
    roles=MONEY,
    columns=(
        Column("month", N_("Month"), "month"),
        Column("office", N_("Code"), link="petty_cash"),
        Column("name", N_("Office")),
        Column("account", N_("Expense account")),
        Column("title", N_("Title")),
        Column("vouchers", N_("Vouchers"), "number", total=True),
        Column("paid_cents", N_("Paid"), "money", total=True),
        Column("returned_cents", N_("Returned"), "money", total=True),
        Column("net_cents", N_("Net"), "money", total=True),
    ),
    rows=by_account,
    filters=(span(90),),
    order="-month",
    chart=Chart(N_("Paid out of petty cash"), "title", ("net_cents",)),
    drill=Drill("petty-vouchers", {"office": "office"}),
)
PETTY_VOUCHERS = Report(
    name="petty-vouchers",
    title=N_("Petty cash, voucher by voucher"),
    about=N_(
        "Every voucher by when it was written, who paid it, what proves it, and what filled it up again."
    ),
    roles=MONEY,
    columns=(
        Column("voucher", N_("Voucher")),
        Column("office", N_("Office"), link="petty_cash"),
        Column("asked_at", N_("Written"), "time"),
        Column("payee", N_("Paid to")),
        Column("reason", N_("Reason")),
        Column("account", N_("Expense account")),
        Column("title", N_("Title")),
        Column("receipt", N_("Receipt")),
        Column("state", N_("State"), "code", group="petty_states"),
        Column("asked_by", N_("By"), "who"),
        Column("second_person", N_("Second person"), "who"),
        Column("transfer", N_("Filled up with")),
        Column("amount_cents", N_("Amount"), "money"),
        Column("paid_cents", N_("Stays paid"), "money", total=True),
    ),
    rows=one_by_one,
    filters=(
        span(90),
        Filter("office", N_("Office"), "office"),
        Filter("state", N_("State"), "choice", choices=STATES, group="petty_states"),
    ),
    order="-voucher",
)

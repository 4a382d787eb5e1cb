"""Reports of field money: receipts by technician and day, custody, and what came in by which way.

While a technician's receipts are counted blind, no report says what they come to.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from workorders.messages.texts import N_
from workorders.queries.custody import COUNTING, being_counted, receipts_in_custody
from workorders.queries.district import district_of
from workorders.queries.reports.report import Asked, Chart, Column, Drill, Filter, Report, Row, span
from workorders.tables import Account, Payment, PaymentReversal, Receipt, TurnIn, TurnInReceipt

MONEY = ("cashier", "supervisor")
BLIND = N_("While receipts are being counted, what they come to is shown to nobody.")
METHODS = ("cash", "check", "card_slip")


def _taken(query: Select[*tuple[Any, ...]], asked: Asked) -> Select[*tuple[Any, ...]]:
    query = query.where(Receipt.taken_at >= asked.since, Receipt.taken_at < asked.before)
    technician = asked.get("technician")
    return query.where(Receipt.technician_id == technician) if technician else query


def by_technician_and_day(session: Session, asked: Asked) -> Iterator[Row]:
    """Receipts of each technician and day by how they were paid."""
    day_of, blind = district_of(session).day_of, being_counted(session)
    sums: defaultdict[tuple[date, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    query = _taken(
        select(Receipt.taken_at, Receipt.technician_id, Receipt.method, Receipt.amount_cents), asked
    )
    for at, technician, method, cents in session.execute(query):
        found = sums[day_of(at), technician]
        found[method] += cents
        found["voids" if method == "void" else "receipts"] += 1
    for (day, technician), found in sorted(sums.items()):
        amounts = [found[one] for one in METHODS]
        shown = [None] * 4 if technician in blind else [*amounts, sum(amounts)]
        yield (day, technician, found["receipts"], found["voids"], *shown)


def listed(session: Session, asked: Asked) -> Iterator[Row]:
    """Receipts one by one, with where their money is."""
    blind = being_counted(session)
    standing = and_(TurnInReceipt.receipt_number == Receipt.number, TurnInReceipt.released.is_(False))
    query = (
        select(Receipt, Account.number, TurnInReceipt.turn_in_id, PaymentReversal.kind)
        .join(Account, Account.id == Receipt.account_id)
        .outerjoin(TurnInReceipt, standing)
        .outerjoin(PaymentReversal, PaymentReversal.source == Receipt.source)
        .order_by(Receipt.taken_at, Receipt.number)
    )
    for receipt, account, turn_in, back in session.execute(_taken(query, asked)):
        yield (
            receipt.number,
            receipt.technician_id,
            account,
            receipt.order_number,
            receipt.taken_at,
            receipt.method,
            receipt.check_number,
            None if receipt.technician_id in blind else receipt.amount_cents,
            receipt.chain_ok,
            turn_in,
            back,
        )


def in_custody(session: Session, _asked: Asked) -> Iterator[Row]:
    """What each technician holds, and what of theirs is on the table to be signed."""
    blind = being_counted(session)
    table = select(TurnIn.technician_id, func.sum(TurnIn.expected_cents)).where(TurnIn.state.in_(COUNTING))
    counted = {who: int(cents) for who, cents in session.execute(table.group_by(TurnIn.technician_id))}
    held: defaultdict[str, list[tuple[str, int, datetime]]] = defaultdict(list)
    for one in receipts_in_custody(session):
        held[one.technician].append((one.method, one.cents, one.taken_at))
    for technician in sorted(held.keys() | counted.keys()):
        some = held[technician]
        methods = [sum(cents for how, cents, _ in some if how == method) for method in METHODS]
        amounts: list[int | None] = [*methods, counted.get(technician, 0)]
        amounts.append(sum(one or 0 for one in amounts))
        shown = [None] * len(amounts) if technician in blind else amounts
        oldest = min((at for _, _, at in some), default=None)
        yield (technician, len(some), *shown, oldest)


def money_received(session: Session, asked: Asked) -> Iterator[Row]:
    """Payments by day and way: at the office by channel, in the field as one."""
    day_of, blind = district_of(session).day_of, bool(being_counted(session))
    sums: defaultdict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    office = select(Payment.received_at, Payment.channel, Payment.amount_cents, PaymentReversal.kind)
    office = office.outerjoin(PaymentReversal, PaymentReversal.source == "payment:" + Payment.id)
    field = select(Receipt.taken_at, Receipt.amount_cents, PaymentReversal.kind)
    field = field.outerjoin(PaymentReversal, PaymentReversal.source == Receipt.source)
    found = session.execute(
        office.where(Payment.received_at >= asked.since, Payment.received_at < asked.before)
    )
    rows = [(at, channel, cents, back) for at, channel, cents, back in found]
    taken = field.where(
        Receipt.taken_at >= asked.since, Receipt.taken_at < asked.before, Receipt.amount_cents > 0
    )
    rows += [(at, "field", cents, back) for at, cents, back in session.execute(taken)]
    for at, way, cents, back in rows:
        line = sums[day_of(at), way]
        line[0] += 1
        line[1] += cents
        line[2] += cents if back is not None else 0
    for (day, way), (count, taken_in, given_back) in sorted(sums.items()):
        hidden = blind and way == "field"
        amounts = (taken_in, given_back, taken_in - given_back)
        yield (day, way, count, *((None, None, None) if hidden else amounts))


_TECHNICIAN = Filter("technician", N_("Technician"), "technician")
RECEIPTS = Report(
    name="receipts",
    title=N_("Receipts by technician and day"),
    about=N_("Money taken in the field by the day it was taken, and how it was paid."),
    roles=MONEY,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("technician", N_("Technician"), "who"),
        Column("receipts", N_("Receipts"), "number", total=True),
        Column("voids", N_("Void"), "number", total=True),
        Column("cash_cents", N_("Cash"), "money", total=True),
        Column("check_cents", N_("Checks"), "money", total=True),
        Column("card_cents", N_("Card slips"), "money", total=True),
        Column("amount_cents", N_("Amount"), "money", total=True),
    ),
    rows=by_technician_and_day,
    filters=(span(30), _TECHNICIAN),
    order="-day",
    chart=Chart(N_("Taken in the field"), "day", ("amount_cents",)),
    drill=Drill("receipt-list", {"technician": "technician", "from": "day", "until": "day"}),
    hidden=BLIND,
)
RECEIPT_LIST = Report(
    name="receipt-list",
    title=N_("Receipts, one by one"),
    about=N_("Every receipt of the field, void ones too, and where its money is."),
    roles=MONEY,
    columns=(
        Column("receipt", N_("Receipt")),
        Column("technician", N_("Technician"), "who"),
        Column("account", N_("Account"), link="account"),
        Column("order", N_("Order"), link="order"),
        Column("taken_at", N_("Taken"), "time"),
        Column("method", N_("How"), "code", group="methods"),
        Column("check_number", N_("Check number")),
        Column("amount_cents", N_("Amount"), "money", total=True),
        Column("chain_ok", N_("In chain"), "yes_no"),
        Column("turn_in", N_("Turn-in"), link="turn_in"),
        Column("taken_back", N_("Taken back"), "code", group="reversals"),
    ),
    rows=listed,
    filters=(span(30), _TECHNICIAN),
    order="-taken_at",
    hidden=BLIND,
)
CUSTODY = Report(
    name="custody",
    title=N_("Cash custody"),
    about=N_("What technicians hold now, and what lies on the table to be counted or signed."),
    roles=MONEY,
    columns=(
        Column("technician", N_("Technician"), "who"),
        Column("receipts", N_("Receipts held"), "number", total=True),
        Column("cash_cents", N_("Cash"), "money", total=True),
        Column("check_cents", N_("Checks"), "money", total=True),
        Column("card_cents", N_("Card slips"), "money", total=True),
        Column("counted_cents", N_("On the table"), "money", total=True),
        Column("custody_cents", N_("In custody"), "money", total=True),
        Column("oldest", N_("Oldest receipt"), "time"),
    ),
    rows=in_custody,
    order="-custody_cents",
    chart=Chart(N_("In custody"), "technician", ("custody_cents",)),
    hidden=BLIND,
)
MONEY_RECEIVED = Report(
    name="money-received",
    title=N_("Payments by day and way"),
    about=N_("Payments by the day they were made, and what of them was taken back since."),
    roles=MONEY,
    columns=(
        Column("day", N_("Day"), "day"),
        Column("way", N_("How it was paid"), "code", group="ways"),
        Column("payments", N_("Payments"), "number", total=True),
        Column("amount_cents", N_("Amount"), "money", total=True),
        Column("back_cents", N_("Taken back"), "money", total=True),
        Column("kept_cents", N_("Kept"), "money", total=True),
    ),
    rows=money_received,
    filters=(span(30),),
    order="-day",
    chart=Chart(N_("Payments"), "day", ("kept_cents",)),
    hidden=BLIND,
)

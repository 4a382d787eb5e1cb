"""The cash office: drawers, turn-ins counted by two people, deposits, the bank's statements."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.month.stage import CASHIER, SUPERVISOR, Month
from workorders.grammar.cash_count import DENOMINATIONS, Count
from workorders.queries.bank_lines import bank_desk
from workorders.queries.custody import named_receipts, receipts_in_custody
from workorders.queries.deposits import waiting_bags
from workorders.queries.drawers import cash_in_drawer, payments_in_drawer
from workorders.queries.receipt_numbers import missing_numbers
from workorders.tables import Deposit, Drawer
from workorders.usecases.cash.bank_lines import correct_by_line, return_by_line, set_line_aside
from workorders.usecases.cash.bank_statement import StatementLine, take_statement
from workorders.usecases.cash.deposits import make_deposit
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer
from workorders.usecases.cash.drawers import open_drawer
from workorders.usecases.cash.explain_receipt import explain_receipt
from workorders.usecases.cash.turn_ins import count_turn_in, open_turn_in, sign_turn_in

FLOAT_CENTS = 20_000
SHORT = 1 / 9
"""Share of drawers and turn-ins that are a dollar short."""
RECOUNTED = 0.1
"""Share of turn-ins in which the two find different sums first."""
BANK_DIFFERS = 1 / 12
BOUNCES = 0.03
"""Share of the deposited checks that the bank gives back."""


def open_the_counter(month: Month) -> None:
    """The cashier's drawer of the day."""
    month.do(lambda session: month.attempt(session, "drawer", open_drawer, FLOAT_CENTS, actor=CASHIER))


def close_the_counter(month: Month) -> None:
    """Counted blind by the cashier, closed by the supervisor."""
    month.act(_close_drawers)


def _close_drawers(month: Month, session: Session) -> None:
    for drawer in session.scalars(select(Drawer).where(Drawer.state == "open").order_by(Drawer.id)).all():
        short = (
            100
            if month.rng("drawer").random() < SHORT and cash_in_drawer(session, drawer) > FLOAT_CENTS
            else 0
        )
        checks = {
            one.payment_id: one.cents
            for one in payments_in_drawer(session, drawer.id)
            if one.method == "check"
        }
        count = counted(cash_in_drawer(session, drawer) - short, checks)
        if month.attempt(session, "count drawer", count_drawer, drawer.id, count, actor=CASHIER) is None:
            continue
        why = "a dollar short" if short else ""
        month.attempt(session, "close drawer", close_drawer, drawer.id, reason=why, actor=SUPERVISOR)
        month.tally["drawers"] += 1


def turn_ins(month: Month) -> None:
    """Every technician who is back hands in what they hold."""
    for tablet in month.tablets.values():
        if tablet.signal_on is None:
            month.act(turn_in, tablet.technician)


def turn_in(
    month: Month, session: Session, technician: str, *, lost: bool = False, device: str | None = None
) -> None:
    """Explained, counted by two, signed by both; a lost tablet's money is not there to be counted."""
    held = receipts_in_custody(session, technician, device)
    missing = missing_numbers(session, [technician])[technician]
    if not held or (missing and not lost and technician not in month.gaps):
        return
    for number in missing:
        why = "the number was on the tablet that was lost, or printed on torn paper"
        month.attempt(session, "explain", explain_receipt, number, reason=why, actor=SUPERVISOR)
        month.tally["receipts_explained"] += 1
    numbers = [one.number for one in held]
    opened = month.attempt(
        session, "turn in", open_turn_in, technician, numbers, actor=CASHIER, device_id=device, lost=lost
    )
    if opened is None:
        return
    items = {
        one.number: one.amount_cents for one in named_receipts(session, opened.id) if one.method != "cash"
    }
    cash = opened.expected_cents - sum(items.values())
    rng = month.rng("turn in", technician)
    if lost:
        cash, items = 0, {}
    elif cash > 1_000 and rng.random() < SHORT:
        cash -= 100
    if rng.random() < RECOUNTED:
        wrong = counted(cash + 500, items)
        month.attempt(session, "count", count_turn_in, opened.id, wrong, actor=CASHIER)
        month.tally["recounts"] += 1
    for person in (SUPERVISOR, CASHIER):
        month.attempt(session, "count", count_turn_in, opened.id, counted(cash, items), actor=person)
    why = "short; the technician's word" if cash + sum(items.values()) != opened.expected_cents else ""
    for person in (CASHIER, SUPERVISOR):
        by = {"reason": why, "as_supervisor": person == SUPERVISOR, "actor": person}
        month.attempt(session, "sign", sign_turn_in, opened.id, **by)
    month.tally["turn_ins"] += 1


def deposit(month: Month) -> None:
    """All that is counted and closed goes to the bank; some of the checks will come back."""

    def act(session: Session) -> None:
        bags = waiting_bags(session)
        subjects = [bag.subject for bag in bags]
        if (
            sum(bag.cents for bag in bags) <= 0
            or month.attempt(session, "deposit", make_deposit, subjects, actor=CASHIER) is None
        ):
            return
        month.tally["deposits"] += 1
        rng = month.rng("bounces")
        checks = [check for bag in bags for check in bag.items]
        due = not month.tally["bounced"] and not month.bouncing and not month.is_last
        month.bouncing += [one for one in checks if rng.random() < BOUNCES] or (checks[:1] if due else [])

    month.do(act)


def statement(month: Month) -> None:
    """The bank's statement of the morning: credits, some of another sum, and checks that bounced."""

    def take(session: Session) -> None:
        rng = month.rng("bank")
        lines = [
            StatementLine(
                month.today,
                "deposit",
                one.amount_cents + (-1_000 if rng.random() < BANK_DIFFERS else 0),
                one.id if rng.random() < 0.9 else None,
                f"B{one.id}",
            )
            for one in session.scalars(
                select(Deposit).where(Deposit.id.not_in(month.credited)).order_by(Deposit.id)
            )
        ]
        month.credited.update(str(line.bank_reference)[1:] for line in lines)
        lines += [_bounced(month, check) for check in month.bouncing]
        month.bouncing = []
        if lines:
            by = {"actor": CASHIER, "lines": lines}
            month.attempt(session, "statement", take_statement, f"statement-{month.today}", **by)

    month.do(take)


def decide_lines(month: Month) -> None:
    """What the statement leaves for a person."""
    month.act(_decide_lines)


def _bounced(month: Month, check: tuple[str, int]) -> StatementLine:
    number, cents = check
    month.tally["bounced"] += 1
    return StatementLine(month.today, "returned", -cents, number, f"R{month.tally['bounced']}")


def _decide_lines(month: Month, session: Session) -> None:
    for waiting in bank_desk(session).waiting:
        line, by = waiting.line, {"actor": SUPERVISOR}
        check = next((one for one in waiting.checks if one.cents == -line.amount_cents), None)
        done: object = None
        if line.kind == "returned" and check is not None:
            why, named = "insufficient funds", {"payment": check.payment, "receipt": check.receipt}
            done = month.attempt(session, "return", return_by_line, line.id, why, **named, **by)
            month.tally["returned_checks"] += done is not None
        elif line.state == "to_correct":
            why = "the bank counted less"
            done = month.attempt(session, "correct", correct_by_line, line.id, why, **by)
        if done is None:
            why = "nothing to be done here"
            month.attempt(session, "set aside", set_line_aside, line.id, why, **by)
        month.tally["bank_lines"] += 1


def counted(cents: int, items: Mapping[str, int] | None = None) -> Count:
    """That much cash in the fewest pieces, and checks."""
    cash: dict[int, int] = {}
    for denomination in DENOMINATIONS:
        pieces, cents = divmod(cents, denomination)
        if pieces:
            cash[denomination] = pieces
    return Count(cash, dict(items or {}))

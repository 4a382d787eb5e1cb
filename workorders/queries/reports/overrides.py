"""The audit of overrides: what people decided against, or without, what the program would have done."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.messages.message import Message, typed
from workorders.messages.texts import N_
from workorders.queries.reports.report import Asked, Chart, Column, Filter, Report, Row, span
from workorders.tables import (
    Account,
    CashSignature,
    CountSetAside,
    DepositCorrection,
    Drawer,
    DrawerTakenOver,
    ExceptionCase,
    Hold,
    HoldEvent,
    Order,
    OrderEvent,
    PaymentReversal,
    PendingPayment,
    ReceiptExplanation,
    TurnIn,
    VaultCount,
)

KINDS = (
    "case_decided",
    "gate_overridden",
    "free_order",
    "hold_lifted",
    "payment_decided",
    "payment_taken_back",
    "number_explained",
    "over_short",
    "bank_correction",
    "count_set_aside",
    "drawer_taken_over",
)
Found = Iterator[Row]


def overrides(session: Session, asked: Asked) -> Iterator[Row]:
    """Every override of the days, with who, what and why."""
    chosen = asked.get("kind")
    for kinds, find in _SOURCES:
        if chosen is None or chosen in kinds:
            for row in find(session, asked):
                if chosen is None or chosen == row[1]:
                    yield row


def _within(column: Any, asked: Asked) -> Any:
    return (column >= asked.since) & (column < asked.before)


def _why(text: str | None) -> tuple[Message, ...]:
    return (typed(text),) if text else ()


def _cases(session: Session, asked: Asked) -> Found:
    query = select(ExceptionCase).where(_within(ExceptionCase.decided_at, asked))
    query = query.where(ExceptionCase.decided_by.is_not(None), ExceptionCase.decision.is_not(None))
    for case in session.scalars(query):
        yield _row(
            case.decided_at, "case_decided", case.decided_by, order=case.order_number, why=case.decision
        )


def _gates(session: Session, asked: Asked) -> Found:
    query = select(OrderEvent).where(
        OrderEvent.kind == "gate_overridden", _within(OrderEvent.recorded_at, asked)
    )
    for event in session.scalars(query):
        said = Message.from_json(event.detail.get("reason"))
        row = _row(event.recorded_at, "gate_overridden", event.actor, order=event.order_number)
        yield (*row[:-1], (said,) if said is not None else ())


def _free(session: Session, asked: Asked) -> Found:
    """Orders that a person, not a follow-on, raised as free."""
    query = select(Order, Account.number).outerjoin(Account, Account.id == Order.account_id)
    query = query.where(Order.no_charge, Order.follow_reason.is_(None), _within(Order.requested_at, asked))
    for order, account in session.execute(query):
        yield _row(
            order.requested_at,
            "free_order",
            order.requested_by,
            order=order.number,
            account=account,
            why=order.instructions,
        )


def _holds(session: Session, asked: Asked) -> Found:
    query = (
        select(HoldEvent, Account.number)
        .join(Hold, Hold.id == HoldEvent.hold_id)
        .join(Account, Account.id == Hold.account_id)
        .where(HoldEvent.kind == "lifted", _within(HoldEvent.at, asked))
    )
    for event, account in session.execute(query):
        yield _row(event.at, "hold_lifted", event.actor, account=account, why=event.reason)


def _payments(session: Session, asked: Asked) -> Found:
    query = select(PendingPayment, Account.number).join(Account, Account.id == PendingPayment.account_id)
    for payment, account in session.execute(query.where(_within(PendingPayment.decided_at, asked))):
        yield _row(
            payment.decided_at,
            "payment_decided",
            payment.decided_by,
            subject=payment.id,
            account=account,
            cents=payment.amount_cents,
            why=payment.decision,
        )


def _taken_back(session: Session, asked: Asked) -> Found:
    query = select(PaymentReversal, Account.number).join(Account, Account.id == PaymentReversal.account_id)
    for back, account in session.execute(query.where(_within(PaymentReversal.at, asked))):
        yield _row(
            back.at,
            "payment_taken_back",
            back.recorded_by,
            subject=back.source.removeprefix("payment:"),
            account=account,
            cents=-back.amount_cents,
            why=back.reason,
        )


def _numbers(session: Session, asked: Asked) -> Found:
    query = select(ReceiptExplanation).where(_within(ReceiptExplanation.explained_at, asked))
    for one in session.scalars(query):
        yield _row(one.explained_at, "number_explained", one.explained_by, subject=one.number, why=one.reason)


def _over_short(session: Session, asked: Asked) -> Found:
    turn_ins = select(TurnIn).where(TurnIn.state == "signed", _within(TurnIn.closed_at, asked))
    drawers = select(Drawer).where(Drawer.state == "closed", _within(Drawer.closed_at, asked))
    vaults = select(VaultCount).where(VaultCount.state == "closed", _within(VaultCount.closed_at, asked))
    for one in (*session.scalars(turn_ins), *session.scalars(drawers), *session.scalars(vaults)):
        difference = (one.counted_cents or 0) - (one.expected_cents or 0)
        if difference:
            yield _row(
                one.closed_at,
                "over_short",
                one.closed_by,
                subject=one.id,
                cents=difference,
                why=one.reason,
            )


def _bank(session: Session, asked: Asked) -> Found:
    for one in session.scalars(
        select(DepositCorrection).where(_within(DepositCorrection.corrected_at, asked))
    ):
        yield _row(
            one.corrected_at,
            "bank_correction",
            one.corrected_by,
            subject=one.deposit_id,
            cents=one.difference_cents,
            why=one.reason,
        )


def _set_aside(session: Session, asked: Asked) -> Found:
    """Counts of vaults, kiosks, drop boxes and signed turn-ins that others had to make anew."""
    counts = select(CountSetAside).where(_within(CountSetAside.set_aside_at, asked))
    for one in session.scalars(counts):
        yield _row(one.set_aside_at, "count_set_aside", one.set_aside_by, subject=one.subject, why=one.reason)
    vaults = select(VaultCount).where(VaultCount.state == "set_aside", _within(VaultCount.closed_at, asked))
    for count in session.scalars(vaults):
        yield _row(count.closed_at, "count_set_aside", count.closed_by, subject=count.id, why=count.reason)
    signed = select(CashSignature.subject)
    turn_ins = select(TurnIn).where(TurnIn.state == "cancelled", _within(TurnIn.closed_at, asked))
    for turn_in in session.scalars(turn_ins.where(TurnIn.id.in_(signed))):
        at, by = turn_in.closed_at, turn_in.closed_by
        yield _row(at, "count_set_aside", by, subject=turn_in.id, why=turn_in.reason)


def _taken_over(session: Session, asked: Asked) -> Found:
    """Drawers whose owners did not come back."""
    for one in session.scalars(select(DrawerTakenOver).where(_within(DrawerTakenOver.taken_at, asked))):
        yield _row(one.taken_at, "drawer_taken_over", one.taken_by, subject=one.drawer_id, why=one.reason)


def _row(
    at: datetime | None,
    kind: str,
    who: str | None,
    *,
    subject: str | None = None,
    order: str | None = None,
    account: str | None = None,
    cents: int | None = None,
    why: str | None = None,
) -> Row:
    return (at, kind, who, subject, order, account, cents, _why(why))


_SOURCES: tuple[tuple[tuple[str, ...], Callable[[Session, Asked], Found]], ...] = (
    (("case_decided",), _cases),
    (("gate_overridden",), _gates),
    (("free_order",), _free),
    (("hold_lifted",), _holds),
    (("payment_decided",), _payments),
    (("payment_taken_back",), _taken_back),
    (("number_explained",), _numbers),
    (("over_short",), _over_short),
    (("bank_correction",), _bank),
    (("count_set_aside",), _set_aside),
    (("drawer_taken_over",), _taken_over),
)
OVERRIDES = Report(
    name="overrides",
    title=N_("Audit of overrides"),
    about=N_("What people decided against the program, or without it, and the reason they gave."),
    roles=("supervisor",),
    columns=(
        Column("at", N_("When"), "time"),
        Column("kind", N_("What was decided"), "code", group="overrides"),
        Column("by", N_("By"), "who"),
        Column("subject", N_("Of what")),
        Column("order", N_("Order"), link="order"),
        Column("account", N_("Account"), link="account"),
        Column("amount_cents", N_("Amount"), "money"),
        Column("why", N_("Reason"), "messages"),
    ),
    rows=overrides,
    filters=(
        span(30),
        Filter("kind", N_("What was decided"), "choice", choices=KINDS, group="overrides"),
    ),
    order="-at",
    chart=Chart(N_("Overrides"), "kind"),
)

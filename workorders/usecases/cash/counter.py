"""Money taken at the counter: tenders become payments, one receipt names them all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.grammar.money import AMOUNT_MAX_CENTS, PAYMENT_MAX_CENTS, text_from_cents
from workorders.grammar.texts import checked_line
from workorders.policy.tenders import IN_DRAWER, Tender, settle
from workorders.problems import Problem, Reason
from workorders.queries.lookups import account_named, lock_account
from workorders.tables import CounterReceipt, Payment, PaymentBatch, PaymentReversal, PaymentTender
from workorders.usecases.cash.containers import point_for_channel
from workorders.usecases.cash.counting import needed_reason
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back
from workorders.usecases.cash.unsettled import await_processor
from workorders.usecases.history import count as next_value

BATCH_CHANNELS = ("mail", "drop_box", "kiosk", "phone", "counter")
REQUEST_MAX = 36
"""Characters of a form's id: its payments append a number to it."""


def take_tenders(
    session: Session,
    request_id: str,
    account_number: str,
    due_cents: int,
    tenders: Sequence[Tender],
    *,
    channel: str,
    now: datetime,
    actor: str,
    batch_id: str | None = None,
) -> CounterReceipt:
    """Take `due_cents` for an account in one or more tenders, each a payment of its own by `record_payment`.

    So a check of a split payment can be counted, deposited and returned alone. Cash, checks and money orders
    lie in the drawer that `actor` has open. The same `request_id` again answers the receipt that was
    issued. Raises Problem `not_found`, `bad_input`, `check_refused`, `batch_closed`, and `payment_conflict`
    when the id was used for another account or amount.
    """
    if not checked_line(request_id, field="id", longest=REQUEST_MAX):
        raise Problem("bad_input", field="id", reason="1 to 36 characters")
    account = account_named(session, account_number)
    lock_account(session, account.id)
    known = session.scalar(select(CounterReceipt).where(CounterReceipt.request_id == request_id))
    if known is not None:
        if (known.account_id, known.amount_cents) != (account.id, due_cents):
            raise Problem("payment_conflict", payment=request_id)
        return known
    _check_amount(due_cents)
    given = settle([_checked(one) for one in tenders], due_cents)
    if account.check_ban and any(one.kind == "check" for one in given.applied):
        raise Problem("check_refused", account=account.number)
    batch = open_batch_for_update(session, batch_id) if batch_id is not None else None
    receipt = CounterReceipt(
        number=f"C-{next_value(session, 'counter_receipt'):06d}",
        request_id=request_id,
        account_id=account.id,
        amount_cents=due_cents,
        tendered_cents=given.tendered_cents,
        change_cents=given.change_cents,
        channel=channel,
        issued_at=now,
        issued_by=actor[:80],
        batch_id=batch_id,
    )
    session.add(receipt)
    session.flush()
    for place, one in enumerate(given.applied, 1):
        _record(
            session,
            f"{request_id}-{place}",
            account.number,
            one,
            receipt,
            point=batch.point if batch else None,
            now=now,
            actor=actor,
        )
    session.flush()
    return receipt


def _check_amount(cents: int) -> None:
    if not 0 < cents <= PAYMENT_MAX_CENTS:
        most = text_from_cents(PAYMENT_MAX_CENTS)
        reason = Reason("a payment is more than $0.00 and at most {most}", most=most)
        raise Problem("bad_input", field="amount", reason=reason)


def _record(
    session: Session,
    payment: str,
    account_number: str,
    given: Tender,
    receipt: CounterReceipt,
    *,
    point: str | None,
    now: datetime,
    actor: str,
) -> None:
    """One tender of a receipt, as a payment of its own."""
    recorded = record_payment(
        session,
        payment,
        account_number,
        given.cents,
        receipt.channel,
        now=now,
        actor=actor,
        reference=given.reference,
        method=IN_DRAWER.get(given.kind),
        whole_cents=receipt.amount_cents,
        point=point,
    )
    session.add(
        PaymentTender(
            payment_id=payment,
            receipt_number=receipt.number,
            kind=given.kind,
            amount_cents=given.cents,
            reference=given.reference,
        )
    )
    session.flush()
    if isinstance(recorded, Payment):
        await_processor(session, recorded)


def void_receipt(
    session: Session, number: str, *, reason: str, now: datetime, actor: str
) -> list[PaymentReversal]:
    """Void every payment of a counter receipt on its day; the number stays, void.

    Raises Problem `not_found`, and what `take_payment_back` refuses: on a later day, or counted already.
    """
    tenders = session.scalars(
        select(PaymentTender).where(PaymentTender.receipt_number == number).order_by(PaymentTender.payment_id)
    ).all()
    if not tenders:
        raise Problem("not_found", what="receipt", key=number)
    return [
        take_payment_back(
            session,
            f"{number}-void-{place}",
            payment=one.payment_id,
            kind="void",
            reason=reason,
            now=now,
            actor=actor,
        )
        for place, one in enumerate(tenders, 1)
    ]


def open_batch(
    session: Session,
    channel: str,
    control_count: int,
    control_cents: int,
    *,
    now: datetime,
    actor: str,
    point: str | None = None,
) -> PaymentBatch:
    """Begin a batch over a pile that was added up beforehand; `point`: the kiosk or drop box it lies in.

    Raises Problem `bad_input` and `not_found`.
    """
    if channel not in BATCH_CHANNELS:
        known = ", ".join(BATCH_CHANNELS)
        raise Problem("bad_input", field="channel", reason=Reason("one of {known}", known=known))
    if not 0 < control_count <= 10_000:
        raise Problem("bad_input", field="control_count", reason="say how many there are")
    if not 0 < control_cents <= AMOUNT_MAX_CENTS:
        raise Problem("bad_input", field="control_amount", reason="say what they come to")
    if point is not None:
        point_for_channel(session, point, channel)
    batch = PaymentBatch(
        id=f"PB-{next_value(session, 'payment_batch'):06d}",
        channel=channel,
        point=point,
        control_count=control_count,
        control_cents=control_cents,
        opened_at=now,
        opened_by=actor[:80],
        state="open",
    )
    session.add(batch)
    session.flush()
    return batch


def close_batch(session: Session, batch_id: str, *, reason: str, now: datetime, actor: str) -> PaymentBatch:
    """Close a batch that has as many items and cents as were added up beforehand.

    With a reason it may differ. Raises Problem `not_found`, `batch_closed` and `batch_differs`.
    """
    batch = open_batch_for_update(session, batch_id)
    count, cents = keyed(session, batch_id)
    if (count, cents) != (batch.control_count, batch.control_cents):
        if not reason.strip():
            raise Problem(
                "batch_differs",
                key=batch_id,
                count=count,
                wanted=batch.control_count,
                difference=text_from_cents(abs(cents - batch.control_cents)),
            )
        batch.reason = needed_reason(reason)
    batch.state, batch.closed_at, batch.closed_by = "closed", now, actor[:80]
    session.flush()
    return batch


def keyed(session: Session, batch_id: str) -> tuple[int, int]:
    """Items of a batch and their cents, without those whose payments were all taken back."""
    source = "payment:" + PaymentTender.payment_id
    rows = session.execute(
        select(PaymentTender.receipt_number, func.sum(PaymentTender.amount_cents))
        .join(CounterReceipt, CounterReceipt.number == PaymentTender.receipt_number)
        .outerjoin(PaymentReversal, PaymentReversal.source == source)
        .where(CounterReceipt.batch_id == batch_id, PaymentReversal.id.is_(None))
        .group_by(PaymentTender.receipt_number)
    ).all()
    return len(rows), sum(int(cents) for _, cents in rows)


def open_batch_for_update(session: Session, batch_id: str) -> PaymentBatch:
    """The batch, locked. Raises Problem `not_found`, and `batch_closed` unless it is open."""
    batch = session.scalar(
        select(PaymentBatch)
        .where(PaymentBatch.id == batch_id)
        .with_for_update(of=PaymentBatch)
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise Problem("not_found", what="batch", key=batch_id)
    if batch.state != "open":
        raise Problem("batch_closed", key=batch_id)
    return batch


def _checked(tender: Tender) -> Tender:
    reference = checked_line(tender.reference or "", field="reference", longest=80)
    return Tender(tender.kind, tender.cents, reference or None)

"""A technician's turn-in: opened over named receipts, counted blind by two people, signed by both.

Only the second signature posts: UNDEP←CASH-T for what is there, OS for what is over or short. The same steps
settle the custody of a lost tablet, where nothing needs to be there and a supervisor must be among those who
sign. Its receipts are honoured: the customers keep what was credited to them.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count
from workorders.ledger import balance, post
from workorders.messages.message import Message
from workorders.policy.cash_control import agreed, turn_in_lines
from workorders.problems import Problem
from workorders.queries.custody import (
    COUNTING,
    counts_of,
    named_receipts,
    receipts_in_custody,
)
from workorders.queries.lookups import lock_technician
from workorders.queries.receipt_numbers import unaccounted
from workorders.tables import CashSignature, ReceiptInCustody, TurnIn, TurnInReceipt, WaitingBag
from workorders.usecases.administration.audit import note_change
from workorders.usecases.cash.counting import keep_count, needed_reason
from workorders.usecases.history import count as next_value

SHOWN = 5
"""Missing numbers that a refusal names."""


def open_turn_in(
    session: Session,
    technician_id: str,
    receipts: Sequence[str],
    *,
    now: datetime,
    actor: str,
    device_id: str | None = None,
    lost: bool = False,
) -> TurnIn:
    """Begin a turn-in over `receipts` that the technician holds; `lost`: over all of a revoked tablet's.

    Raises Problem `not_found`, `bad_input` without a receipt, and `receipt_not_held` for one that is not in
    the technician's custody (another's, handed in already, or taken back).
    """
    lock_technician(session, technician_id)
    held = {one.number: one for one in receipts_in_custody(session, technician_id, device_id)}
    wanted = sorted(held) if lost else list(dict.fromkeys(receipts))
    if not wanted:
        raise Problem("bad_input", field="receipt", reason="name at least one receipt that is handed in")
    for number in wanted:
        if number not in held:
            raise Problem("receipt_not_held", receipt=number, technician=technician_id)
    turn_in = TurnIn(
        id=f"TI-{next_value(session, 'turn_in'):06d}",
        kind="lost_tablet" if lost else "turn_in",
        technician_id=technician_id,
        device_id=device_id,
        state="open",
        opened_at=now,
        opened_by=actor[:80],
        expected_cents=sum(held[number].cents for number in wanted),
    )
    session.add(turn_in)
    session.flush()
    session.add_all(
        TurnInReceipt(turn_in_id=turn_in.id, receipt_number=number, amount_cents=held[number].cents)
        for number in wanted
    )
    session.execute(delete(ReceiptInCustody).where(ReceiptInCustody.receipt_number.in_(wanted)))
    session.flush()
    return turn_in


def count_turn_in(session: Session, turn_in_id: str, count: Count, *, now: datetime, actor: str) -> TurnIn:
    """Keep what one of two people found; once both found the same, the turn-in is `counted`.

    While they differ either counts again. Raises Problem `not_found`, `cash_closed`, `counted_by_two`, and
    `bad_input` naming `pieces` or `item`.
    """
    turn_in = turn_in_for_update(session, turn_in_id)
    if turn_in.state != "open":
        raise Problem("cash_closed", key=turn_in_id)
    items = [one.number for one in named_receipts(session, turn_in_id) if one.method != "cash"]
    found = agreed(keep_count(session, turn_in_id, count, items=items, now=now, actor=actor))
    if found is not None:
        turn_in.state, turn_in.counted_cents = "counted", found.cents
        session.flush()
    return turn_in


def sign_turn_in(
    session: Session,
    turn_in_id: str,
    *,
    reason: str,
    as_supervisor: bool,
    now: datetime,
    actor: str,
) -> TurnIn:
    """Sign for what was counted; the last signature that is needed posts and closes it for ever.

    Both who counted sign. A supervisor may sign for a lost tablet too, and one must have. `reason` says why
    it is over or short; the first who signs gives it. Raises Problem `not_found`, `cash_closed`,
    `counts_differ`, `signs_who_counted`, `numbers_unexplained`, and `bad_input` without a reason.
    """
    turn_in = turn_in_for_update(session, turn_in_id)
    if turn_in.state not in COUNTING:
        raise Problem("cash_closed", key=turn_in_id)
    if turn_in.state == "open" or turn_in.counted_cents is None:
        raise Problem("counts_differ", key=turn_in_id)
    counters = {one.counted_by for one in counts_of(session, turn_in_id)}
    lost = turn_in.kind == "lost_tablet"
    if actor[:80] not in counters and not (lost and as_supervisor):
        raise Problem("signs_who_counted", key=turn_in_id)
    _account_for_numbers(session, turn_in.technician_id)
    if turn_in.counted_cents != turn_in.expected_cents and turn_in.reason is None:
        turn_in.reason = needed_reason(reason)
    if session.get(CashSignature, (turn_in_id, actor[:80])) is None:
        session.add(
            CashSignature(
                subject=turn_in_id, signed_by=actor[:80], signed_at=now, as_supervisor=as_supervisor
            )
        )
    session.flush()
    signed = session.scalars(select(CashSignature).where(CashSignature.subject == turn_in_id)).all()
    everybody = counters <= {one.signed_by for one in signed}
    if everybody and (not lost or any(one.as_supervisor for one in signed)):
        _close(session, turn_in, now=now, actor=actor)
    return turn_in


def cancel_turn_in(
    session: Session, turn_in_id: str, *, reason: str, now: datetime, actor: str, as_supervisor: bool = False
) -> TurnIn:
    """Give up a turn-in; its receipts are in the technician's hands again.

    One that somebody signed waits for the other signature; when that person does not come back, a supervisor
    who did not count gives it up, and others count the money anew. Raises Problem `not_found`, `cash_closed`,
    `turn_in_signed`, and `bad_input` without a reason.
    """
    turn_in = turn_in_for_update(session, turn_in_id)
    if turn_in.state not in COUNTING:
        raise Problem("cash_closed", key=turn_in_id)
    signed = session.scalar(select(CashSignature.signed_by).where(CashSignature.subject == turn_in_id))
    counters = sorted({one.counted_by for one in counts_of(session, turn_in_id)})
    if signed is not None and (not as_supervisor or actor[:80] in counters):
        raise Problem("turn_in_signed", key=turn_in_id)
    why = needed_reason(reason)
    if signed is not None:
        changes = {"counted_by": (", ".join(counters), None)}
        subject = f"turn_in:{turn_in_id}"
        note_change(session, subject, "count_set_aside", now=now, actor=actor, changes=changes, reason=why)
    named = TurnInReceipt.turn_in_id == turn_in_id
    session.execute(update(TurnInReceipt).where(named).values(released=True))
    again = select(TurnInReceipt.receipt_number).where(named)
    session.execute(insert(ReceiptInCustody).from_select(["receipt_number"], again))
    turn_in.state, turn_in.reason = "cancelled", why
    turn_in.closed_at, turn_in.closed_by = now, actor[:80]
    session.flush()
    return turn_in


def turn_in_for_update(session: Session, turn_in_id: str) -> TurnIn:
    """The turn-in, its technician and itself locked in that order. Raises Problem `not_found`."""
    known = session.get(TurnIn, turn_in_id)
    if known is None:
        raise Problem("not_found", what="turn-in", key=turn_in_id)
    lock_technician(session, known.technician_id)
    return session.scalars(
        select(TurnIn)
        .where(TurnIn.id == turn_in_id)
        .with_for_update(of=TurnIn)
        .execution_options(populate_existing=True)
    ).one()


def _account_for_numbers(session: Session, technician: str) -> None:
    """Every number that was given out has its receipt or its explanation, and is not looked at again."""
    spans = unaccounted(session, [technician])
    missing = [number for span in spans for number in span.missing]
    if missing:
        raise Problem("numbers_unexplained", numbers=", ".join(missing[:SHOWN]))
    for span in spans:
        span.block.accounted = span.highest


def _close(session: Session, turn_in: TurnIn, *, now: datetime, actor: str) -> None:
    counted = turn_in.counted_cents or 0
    if balance(session, "CASH-T", turn_in.technician_id) < turn_in.expected_cents:
        raise Problem("custody_short", technician=turn_in.technician_id)
    code = "entry.lost_tablet" if turn_in.kind == "lost_tablet" else "entry.turn_in"
    post(
        session,
        source=f"turn_in:{turn_in.id}",
        purpose="turn_in",
        message=Message.of(code, turn_in=turn_in.id),
        lines=turn_in_lines(turn_in.expected_cents, counted),
        parties={"technician": turn_in.technician_id},
        effective_at=now,
        now=now,
    )
    turn_in.state, turn_in.closed_at, turn_in.closed_by = "signed", now, actor[:80]
    session.add(WaitingBag(subject=turn_in.id))
    session.flush()

"""What an event does to its order: progress moves the state, a completion is judged and carried out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from workorders.catalogue import judge, order_type_of
from workorders.facts import EventFacts
from workorders.judgement.consequences import Consequence, Judgement, OpenException
from workorders.judgement.event_schema import FieldDocument
from workorders.judgement.lifecycle import FIELD_COMMANDS, Command, State, after_fact, document_state
from workorders.judgement.phone_codes import CODE_ENTERED, given_elsewhere
from workorders.judgement.verdict import answer, case
from workorders.messages.message import Message
from workorders.policy.phone_codes import usable
from workorders.problems import Problem
from workorders.queries.phone_codes import order_of_code
from workorders.queries.situation import situation_of
from workorders.queries.situation_records import Records, serials_in
from workorders.tables import Order, OrderEvent, Outbox
from workorders.tables.dialect import write_row
from workorders.usecases.cash.receipts import Known, keep_receipt, look_up
from workorders.usecases.field.cause import Cause
from workorders.usecases.field.effects import carry_out
from workorders.usecases.field.money_effects import reconsider_after
from workorders.usecases.field.pending import PendingRows
from workorders.usecases.field.plain import are_plain, let_wait
from workorders.usecases.field.refusals import reason_of
from workorders.usecases.history import line_of, outbox_row
from workorders.usecases.orders.assignment import end_assignment
from workorders.usecases.orders.follow_on import drop_contingent

DONE = frozenset({Command.COMPLETE, Command.COMPLETE_WITH_EXCEPTION})
RETURNED = frozenset({Command.REPORT_UNABLE, Command.HOLD_FROM_FIELD})
"""The visit is over and the order is the dispatcher's again."""
RECEIPTS = frozenset({"payment", "receipt_void"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the acknowledgement says, and the cases to open."""

    message: Message
    exceptions: tuple[OpenException, ...] = ()


def without_order(event: FieldDocument) -> Outcome:
    """A fact about an order that does not exist: kept, and a human finds out what it belongs to."""
    found = case("unknown_order", order=event.order)
    return Outcome(answer([found]), (found,))


def progressed(pending: PendingRows, order: Order, event: EventFacts, *, now: datetime) -> Outcome:
    """Progress of the technician who has the order moves it; anybody else's is history."""
    before = order.state
    if event.technician == order.technician_id and event.epoch == order.epoch:
        order.state = after_fact(before, FIELD_COMMANDS[event.kind]).value
    pending.add(OrderEvent, _line(order, event, event.kind, before=before, now=now))
    if document_state(before) != document_state(order.state) and order.technician_id is not None:
        pending.add(Outbox, outbox_row(order.technician_id, "order", order.number, now=now))
    return Outcome(Message("ack.noted"))


def judged(
    session: Session,
    order: Order,
    event: EventFacts,
    *,
    pending: PendingRows,
    device: str,
    now: datetime,
    records: Records | None = None,
    waits: bool = False,
) -> Outcome:
    """Judge a completion, an unable, a payment or a reaction to a cancel, and carry out what follows.

    `records` are those of `situation_of`; `pending` is written by the caller. Where it `waits`, rows that
    nobody reads before are left in `pending`, and what the database refuses of them shows when it is written.

    Raises Problem `bad_input` when the body is not of the documented shape; nothing is changed then.
    """
    cause = Cause(event.id, event.technician, event.occurred_at, order, now, records)
    judgement = judge(situation_of(session, order, serials=serials_in(event.body), records=records), event)
    known = look_up(session, event, device) if event.kind in RECEIPTS else None
    if known in {Known.SAME, Known.OTHER}:
        judgement = _known_receipt(judgement, event, known)
    if event.kind == CODE_ENTERED:
        judgement = _code_of_another(session, judgement, event)
    if waits and known is None and _may_wait(order, judgement, cause):
        return _waiting(pending, order, judgement, event, cause)
    # Whatever is carried out finds everything before it in the database.
    pending.write()
    before = order.state
    try:
        with session.begin_nested():
            exceptions = carry_out(session, judgement.consequences, cause)
            if known is Known.NEW:
                exceptions += keep_receipt(session, event, device, cause)
            _settle(session, order, judgement, event, now)
            reconsider_after(session, judgement.consequences, cause)
    except (IntegrityError, DataError, Problem) as refusal:
        judgement, exceptions = _refused(judgement, refusal)
        _settle(session, order, judgement, event, now)
    _after_cancel(session, order, judgement, event, now)
    if (order.state != before or judgement.outcome) and order.technician_id is not None:
        pending.add(Outbox, outbox_row(order.technician_id, "order", order.number, now=now))
    return Outcome(judgement.message, tuple(exceptions))


def _may_wait(order: Order, judgement: Judgement, cause: Cause) -> bool:
    """Whether what follows only adds rows, and neither ends a visit nor looks back at a cancel."""
    return (
        judgement.command not in RETURNED
        and order.cancelled_at is None
        and are_plain(judgement.consequences, cause)
    )


def _waiting(
    pending: PendingRows, order: Order, judgement: Judgement, event: EventFacts, cause: Cause
) -> Outcome:
    before = order.state
    exceptions = let_wait(pending, judgement.consequences, cause)
    pending.add(OrderEvent, _moved(order, judgement, event, cause.now))
    if (order.state != before or judgement.outcome) and order.technician_id is not None:
        pending.add(Outbox, outbox_row(order.technician_id, "order", order.number, now=cause.now))
    return Outcome(judgement.message, tuple(exceptions))


def _settle(session: Session, order: Order, judgement: Judgement, event: EventFacts, now: datetime) -> None:
    """Move the order as judged and note it."""
    write_row(session, OrderEvent, _moved(order, judgement, event, now))
    session.flush()
    if judgement.command in RETURNED and order.state in {State.UNABLE, State.HELD}:
        end_assignment(session, order, reason=judgement.message, now=now)


def _moved(order: Order, judgement: Judgement, event: EventFacts, now: datetime) -> dict[str, Any]:
    """The line of history of an order that is moved as judged."""
    before = order.state
    if judgement.command is not None:
        order.state = after_fact(before, judgement.command).value
    if judgement.outcome:
        order.outcome = judgement.outcome[:40]
        order.finished_at = event.occurred_at
    decided = bool(judgement.outcome) or event.kind not in {"completed", "unable"}
    kind = event.kind if decided else "visit"
    return _line(order, event, kind, before=before, now=now, outcome=judgement.outcome)


def _refused(
    judgement: Judgement, refusal: IntegrityError | DataError | Problem
) -> tuple[Judgement, list[OpenException]]:
    """The whole judgement waits for a human, because the records refuse a part of it."""
    waiting: Sequence[Consequence] = [
        one for one in judgement.consequences if not isinstance(one, OpenException)
    ]
    refused = case("consequence_refused", reason=reason_of(refusal), then=waiting)
    found = [refused, *judgement.exceptions]
    command = Command.COMPLETE_WITH_EXCEPTION if judgement.command in DONE else judgement.command
    return replace(judgement, consequences=tuple(found), command=command, message=answer(found)), found


def _known_receipt(judgement: Judgement, event: EventFacts, known: Known) -> Judgement:
    """A receipt number that was recorded before brings no money a second time."""
    number = event.body["receipt"]["number"]
    blocking = known is Known.OTHER
    code = "receipt_conflict" if blocking else "receipt_repeated"
    waiting: list[Consequence] = [one for one in judgement.consequences if not isinstance(one, OpenException)]
    # What those cases would have done waits too: money for another account must not end in suspense.
    waiting += [one for known_case in judgement.exceptions for one in known_case.then]
    found = case(code, blocking=blocking, then=tuple(waiting) if blocking else (), receipt=number)
    message = answer([found]) if blocking else Message("ack.noted")
    return replace(judgement, message=message, consequences=(found,), command=None, outcome="")


def _code_of_another(session: Session, judgement: Judgement, event: EventFacts) -> Judgement:
    """A code that is none of this order's may have been given for another."""
    code = usable(event.body.get("code"))
    if code is None or not any(one.code == "code_unknown" for one in judgement.exceptions):
        return judgement
    order = order_of_code(session, code)
    if order is None:
        return judgement
    found = given_elsewhere(event, order)
    return replace(judgement, message=answer([found]), consequences=(found,))


def _after_cancel(
    session: Session, order: Order, judgement: Judgement, event: EventFacts, now: datetime
) -> None:
    """A called-off cut whose tablet is heard of without having cut needs no reconnect."""
    if not order_type_of(order.type).needs_authority or order.cancelled_at is None:
        return
    saw = event.seen_seq is not None and order.cancel_seq is not None and event.seen_seq >= order.cancel_seq
    backed_out = event.kind in {"unable", "backed_out"} or (
        event.kind == "cancel_seen" and saw and event.body.get("choice") == "back_out"
    )
    left_on = event.kind == "completed" and order.service_point.state not in {"off", "off_np"}
    if backed_out or (left_on and judgement.command in DONE):
        drop_contingent(session, order, reason=Message("reason.not_cut"), now=now)


def _line(
    order: Order, event: EventFacts, kind: str, *, before: str, now: datetime, outcome: str | None = None
) -> dict[str, Any]:
    return line_of(
        order,
        kind,
        at=event.occurred_at,
        now=now,
        actor=event.technician,
        from_state=before,
        source=event.id,
        detail={"outcome": outcome} if outcome else None,
    )

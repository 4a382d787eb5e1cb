"""A field event judged: its consequences, its exceptions, its follow-ons. Pure: no clock, no database."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from workorders.facts import REMOTE_TECHNICIAN, EventFacts
from workorders.judgement.answers import Answers, read_answers
from workorders.judgement.common_checks import common_cases, hold_other_meter, hold_unproven_fees, repriced
from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    Judgement,
    OpenException,
    Post,
    Recall,
    RecordRead,
    RemoveMeter,
    SetServicePoint,
)
from workorders.judgement.cuts import cancel_was_seen, restore, reverse_charges
from workorders.judgement.descriptors import OrderType
from workorders.judgement.door_payments import judge_payment, judge_void
from workorders.judgement.lifecycle import FIELD_COMMANDS, IN_FIELD, Command, State
from workorders.judgement.phone_codes import CODE_ENTERED, judge_code
from workorders.judgement.register_reads import with_register_reads
from workorders.judgement.situation import Situation
from workorders.judgement.unable import judge_unable
from workorders.judgement.verdict import Verdict, with_consequences
from workorders.judgement.visit import Visit, visit_of
from workorders.messages.message import Message
from workorders.problems import Problem


def judge_event(order_type: OrderType, situation: Situation, event: EventFacts) -> Judgement:
    """Judge one field event against what the server knows.

    Any kind of event may be given: `completed`, `unable`, `payment`, `receipt_void`, `cancel_seen`,
    `backed_out`, `office_code` and the progress kinds (which have no consequences). The facts are never
    refused: what cannot be believed becomes an OpenException. Deterministic for equal arguments.

    Raises Problem `bad_input` when the body is not the shape docs/documents.md gives (the event is then
    quarantined).
    """
    if not isinstance(event.body, Mapping):
        raise Problem("bad_input", field="body", reason="it is an object")
    if event.kind == "completed":
        return _completed(situation, event, order_type)
    if event.kind == "unable":
        return _unable(situation, event, order_type)
    own = _OWN.get(event.kind)
    if own is not None:
        return own(situation, event)
    command = None if _old_epoch(situation, event) else FIELD_COMMANDS.get(event.kind)
    return Judgement("", Message("ack.noted"), (), command)


def _completed(situation: Situation, event: EventFacts, order_type: OrderType) -> Judgement:
    answers = read_answers(
        order_type, event.body, event.attachments, remote=event.technician == REMOTE_TECHNICIAN
    )
    visit = visit_of(situation, event, answers.values)
    own = order_type.judge(visit)
    if situation.order.completed_by not in (None, event.id):
        second = _second_visit(visit, order_type, own)
        return replace(second, consequences=Verdict.merge(with_register_reads(visit, second.consequences)))
    judgement = _common(visit, order_type, answers, own)
    if not order_type.needs_authority:  # what a cancel means for a cut, its own rules say
        judgement = _after_cancel(visit, order_type, judgement)
    judgement = _with(judgement, *repriced(visit, judgement.consequences))
    judgement = _with(judgement, *_recall(situation, event))
    return with_consequences(judgement, Verdict.merge(with_register_reads(visit, judgement.consequences)))


def _common(visit: Visit, order_type: OrderType, answers: Answers, own: Judgement) -> Judgement:
    """The type's judgement with what holds for every type."""
    consequences = hold_other_meter(visit, order_type, own.consequences)
    consequences = hold_unproven_fees(order_type, answers, consequences)
    return _with(replace(own, consequences=consequences), *common_cases(visit, order_type, answers))


def _with(judgement: Judgement, *more: Consequence) -> Judgement:
    """The judgement with more consequences, cases of one code merged."""
    merged = Verdict.merge((*judgement.consequences, *more))
    return with_consequences(judgement, merged)


def _after_cancel(visit: Visit, order_type: OrderType, judgement: Judgement) -> Judgement:
    """Work done on an order that was called off: the facts stand, and the money waits for the office."""
    order = visit.order
    if order.cancelled_at is None:
        return judgement
    when = order.cancelled_at
    more = Verdict(visit)
    if visit.at < order.cancelled_at:
        more.case("done_before_cancel", blocking=False, cancelled_at=when)
        return _with(judgement, *more.consequences)
    posts = tuple(c for c in judgement.consequences if isinstance(c, Post))
    more.case("completed_after_cancel", blocking=False, then=posts, cancelled_at=when)
    if cancel_was_seen(visit):
        more.case("finished_after_seen_cancel", cancel_seq=order.cancel_seq, seen_seq=visit.event.seen_seq)
    reverse_charges(more, order.entries)
    went_off = any(isinstance(c, SetServicePoint) and c.state == "off" for c in judgement.consequences)
    if went_off:
        restore(visit, more, order_type, "released", wrongful=True)
    kept = tuple(c for c in judgement.consequences if not isinstance(c, Post))
    return _with(replace(judgement, outcome="completed_after_cancel", consequences=kept), *more.consequences)


def _second_visit(visit: Visit, order_type: OrderType, own: Judgement) -> Judgement:
    """Someone had already done the order: the reads count, what else changed waits for a human."""
    reads: list[Consequence] = []
    changes: list[Consequence] = []
    for one in own.consequences:
        if isinstance(one, RecordRead):
            if all(r.serial != one.serial for r in reads if isinstance(r, RecordRead)):
                reads.append(replace(one, kind="special", supersedes=None))
        elif _changes(one, visit):
            changes.append(one)
        elif isinstance(one, OpenException) and one.code in order_type.findings:
            reads.append(replace(one, then=()))
    more = Verdict(visit)
    first = visit.order.completed_by
    if changes:
        # The reads belong to the changes: a start read without its installation would have no place.
        more.case("second_visit_changed", first=first, then=(*changes, *_reads(reads)))
        reads = [r for r in reads if not isinstance(r, RecordRead)]
    else:
        more.case("second_visit", blocking=False, first=first)
    consequences = Verdict.merge((*reads, *more.consequences))
    return Judgement("", Message("ack.linked"), consequences, None)


def _changes(one: Consequence, visit: Visit) -> bool:
    """It would change a meter's place or how the service stands."""
    if isinstance(one, SetServicePoint):
        return one.service_point is not None or one.state != visit.point.state
    return isinstance(one, RemoveMeter | InstallMeter)


def _reads(consequences: list[Consequence]) -> tuple[RecordRead, ...]:
    return tuple(c for c in consequences if isinstance(c, RecordRead))


def _unable(situation: Situation, event: EventFacts, order_type: OrderType) -> Judgement:
    visit = visit_of(situation, event, {})
    if situation.order.completed_by is not None:
        more = Verdict(visit)
        more.case("second_visit", blocking=False, first=situation.order.completed_by)
        return Judgement("", Message("ack.linked"), more.consequences, None)
    judgement = judge_unable(visit, order_type)
    if _old_epoch(situation, event) and judgement.command is not Command.HOLD_FROM_FIELD:
        # Somebody else has the order by now; what the first technician met does not take it from them.
        return replace(judgement, outcome="", command=None)
    return judgement


def _backed_out(situation: Situation, event: EventFacts) -> Judgement:
    if situation.order.cancelled_at is not None or _old_epoch(situation, event):
        # Called off anyway, or somebody else's by now, from whom this takes nothing.
        return Judgement("", Message("ack.noted"))
    return Judgement("backed_out", Message("ack.noted"), (), Command.REPORT_UNABLE)


def _old_epoch(situation: Situation, event: EventFacts) -> bool:
    return event.epoch is not None and event.epoch < situation.order.epoch


def _recall(situation: Situation, event: EventFacts) -> tuple[Recall, ...]:
    """The order is done, so whoever else has it now need not go."""
    order = situation.order
    has_it = order.state == State.ASSIGNED or order.state in IN_FIELD
    if order.technician is None or order.technician == event.technician or not has_it:
        return ()
    return (Recall(order.technician, Message.of("reason.done_by", technician=event.technician)),)


_OWN: Mapping[str, Callable[[Situation, EventFacts], Judgement]] = MappingProxyType(
    {
        "payment": judge_payment,
        "receipt_void": lambda _situation, event: judge_void(event),
        "backed_out": _backed_out,
        CODE_ENTERED: judge_code,
    }
)
"""Kinds of events that are judged alike for every type of order."""

"""A release or recall code that was entered on a tablet, held against those that the office gave. Pure."""

from workorders.facts import CodeFacts, EventFacts, OrderFacts
from workorders.judgement.consequences import Judgement, OpenException, UseCode
from workorders.judgement.situation import Situation
from workorders.judgement.verdict import answer, case
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.policy.phone_codes import RECALL, RELEASE, TOLERANCE, usable
from workorders.problems import Problem

CODE_ENTERED = "office_code"
"""The field event of it."""
TYPED_MAX = 80


def judge_code(situation: Situation, event: EventFacts) -> Judgement:
    """A code counts once, for the assignment it was given for, and from when it was given.

    Any other is a case that somebody decides; the order is moved by none. Raises Problem `bad_input` when the
    body has no code.
    """
    typed = event.body.get("code")
    if not isinstance(typed, str) or not 0 < len(typed) <= TYPED_MAX:
        raise Problem("bad_input", field="code", reason="it is text")
    code = usable(typed)
    found = next((one for one in situation.order.codes if one.code == code), None)
    if found is None:
        return _wrong(case("code_unknown", technician=event.technician))
    against = _against(found, situation.order, event)
    if against is not None:
        return _wrong(against)
    return Judgement("", Message.of("ack.code", kind=found.kind), (UseCode(found.id, event.occurred_at),))


def _wrong(found: OpenException) -> Judgement:
    return Judgement("", answer([found]), (found,))


def given_elsewhere(event: EventFacts, order: str) -> OpenException:
    """What a code that is not this order's is, when it was given for another `order`."""
    return case("code_misplaced", technician=event.technician, order=order)


def _against(found: CodeFacts, order: OrderFacts, event: EventFacts) -> OpenException | None:
    if (event.epoch, event.technician) != (found.epoch, found.technician):
        return given_elsewhere(event, order.number)
    if found.used_by not in (None, event.id):
        return case("code_repeated", technician=event.technician, kind=found.kind, used=found.used_at)
    if event.occurred_at < found.given_at - TOLERANCE:
        why = Message.of("code.before", given=found.given_at, entered=event.occurred_at)
    elif order.completed_by is not None and order.finished_at and order.finished_at <= event.occurred_at:
        why = Message.of("code.after_work", finished=order.finished_at, entered=event.occurred_at)
    elif found.kind == RELEASE and event.occurred_at >= found.expires_at:
        why = Message.of("code.ended", until=found.expires_at, entered=event.occurred_at)
    else:
        return None
    return case("code_untimely", technician=event.technician, kind=found.kind, why=why)


def recalled_before(visit: Visit) -> CodeFacts | None:
    """The recall code that was given for this assignment before the visit ended; None when there was none."""
    mine = (one for one in visit.order.codes if one.kind == RECALL and one.epoch == visit.event.epoch)
    return min((one for one in mine if one.given_at <= visit.at), key=lambda one: one.given_at, default=None)


def release_of(visit: Visit) -> CodeFacts | None:
    """The latest release that was entered for this assignment before the visit ended."""
    mine = (
        one
        for one in visit.order.codes
        if one.kind == RELEASE
        and one.epoch == visit.event.epoch
        and one.technician == visit.event.technician
        and one.used_at is not None
        and one.used_at <= visit.at
    )
    return max(mine, key=lambda one: one.expires_at, default=None)

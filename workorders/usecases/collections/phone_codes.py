"""Giving a technician without signal a code by telephone, and what the code does when it arrives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from workorders.grammar.spoken_codes import spelled
from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.messages.message import Message, typed
from workorders.messages.words import Said
from workorders.policy.phone_codes import PREPARED, RECALL, RELEASE, digest_of, policy_of
from workorders.problems import Problem
from workorders.queries.code_desk import CodeDesk, Holder, code_desk, codes_left
from workorders.queries.district import district_of
from workorders.queries.lookups import order_for_update
from workorders.queries.phone_codes import code_given, secrets_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Order, PhoneCode, Technician
from workorders.usecases.history import enqueue_order, note
from workorders.usecases.orders.assignment import recall_order


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A code to be read out, now and not again."""

    letters: str
    """In groups of four."""
    kind: str
    technician: Technician
    until: datetime | None
    """Of a release: until when it lets the tablet cut."""


def give_recall_code(
    session: Session,
    number: str,
    *,
    epoch: int | None = None,
    reason: str,
    now: datetime,
    actor: str,
    seen: int | None = None,
) -> GivenCode:
    """Take an order back from a tablet by telephone: do not cut this one.

    From now on the cut must not be made. The order is taken back in the records too, where the technician on
    the telephone still has it, so that a tablet that syncs before the code is entered learns the same.
    `epoch`: the assignment of who calls; None: the newest. `seen`: how many codes the caller knew of, so that
    a form that is sent twice gives one. Raises Problem `not_found`, `bad_input` naming the field,
    `stale_order`, `no_code` with the reasons.
    """
    why = _reason(reason)
    order = order_for_update(session, number)
    desk = _desk(session, order, seen, now=now)
    if desk.recall_against:
        raise _refused(session, desk.recall_against)
    holder = _holder(desk, epoch)
    if holder.left <= 0:
        raise _refused(session, (Message.of("code.all_given", many=PREPARED[RECALL]),))
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    expires = now + timedelta(hours=policy_of(rules).recall_hours)
    given = _give(session, order, desk, RECALL, holder, reason=why, expires=expires, now=now, actor=actor)
    if holder.has_it and State(order.state) in IN_FIELD:
        recall_order(session, number, reason=Message.of("reason.by_phone", reason=why), now=now, actor=actor)
    return given


def give_release_code(
    session: Session, number: str, *, reason: str, now: datetime, actor: str, seen: int | None = None
) -> GivenCode:
    """Let a tablet that says “Do not cut” make the cut until a stated hour.

    Every rule is asked again, as of now, and kept with the code. `seen` as for a recall code. Raises Problem
    `not_found`, `bad_input`, `stale_order`, `no_code` with every reason against it.
    """
    why = _reason(reason)
    order = order_for_update(session, number)
    desk = _desk(session, order, seen, now=now)
    if desk.until is None or desk.decision is None:
        raise _refused(session, desk.release_against)
    holder = _holder(desk, order.epoch)
    evidence = desk.decision.as_evidence()
    return _give(
        session,
        order,
        desk,
        RELEASE,
        holder,
        reason=why,
        expires=desk.until,
        now=now,
        actor=actor,
        evidence=evidence,
    )


def code_used(session: Session, order: Order, code: int, *, at: datetime, event: str, now: datetime) -> None:
    """Spend a code that was entered `at` a moment on a tablet; the order's document says so from now on.

    Raises Problem `code_spent` where another event spent it.
    """
    given = session.get(PhoneCode, code, populate_existing=True)
    if given is None or given.used_by not in (None, event):
        raise Problem("code_spent")
    given.used_at, given.used_by = at, event
    session.flush()
    if given.kind == RELEASE:
        enqueue_order(session, order, now=now)


def _reason(reason: str) -> str:
    words = checked_line(reason, field="reason")
    if not words:
        raise Problem("bad_input", field="reason", reason="say why the code is given")
    return words


def _desk(session: Session, order: Order, seen: int | None, *, now: datetime) -> CodeDesk:
    desk = code_desk(session, order, now=now)
    if desk is None:
        raise _refused(session, (Message("code.no_secret"),))
    if seen is not None and seen != len(desk.given):
        raise Problem("stale_order", number=order.number)
    return desk


def _holder(desk: CodeDesk, epoch: int | None) -> Holder:
    found = desk.holders[0] if epoch is None else None
    found = found or next((one for one in desk.holders if one.epoch == epoch), None)
    if found is None:
        raise Problem("bad_input", field="epoch", reason="say who is on the telephone")
    return found


def _refused(session: Session, against: tuple[Message, ...]) -> Problem:
    return Problem("no_code", reasons=Said(against, zone=district_of(session).timezone))


def _give(
    session: Session,
    order: Order,
    desk: CodeDesk,
    kind: str,
    holder: Holder,
    *,
    reason: str,
    expires: datetime,
    now: datetime,
    actor: str,
    evidence: dict[str, Any] | None = None,
) -> GivenCode:
    secret = secrets_of(session, [order.number])[order.number, holder.epoch]
    row = PhoneCode(
        order_number=order.number,
        epoch=holder.epoch,
        kind=kind,
        counter=PREPARED[kind] - codes_left(desk.given, holder.epoch, kind) + 1,
        technician_id=holder.technician.id,
        given_at=now,
        given_by=actor[:80],
        reason=reason,
        expires_at=expires,
        evidence=evidence or {},
    )
    code = code_given(row, secret)
    row.digest = digest_of(code)
    session.add(row)
    until = expires if kind == RELEASE else None
    detail = {"code": kind, "technician": holder.technician.id, "reason": typed(reason).as_json()}
    note(
        session,
        order,
        "code_given",
        at=now,
        now=now,
        actor=actor,
        from_state=order.state,
        detail=detail | ({"until": until.isoformat()} if until else {}),
    )
    session.flush()
    return GivenCode(spelled(code), kind, holder.technician, until)

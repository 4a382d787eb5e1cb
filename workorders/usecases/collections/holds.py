"""Protections that people add, extend and lift, each with a reason that stays."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import codes_of
from workorders.grammar.texts import checked_line
from workorders.grammar.times import checked_day
from workorders.judgement.traits import ServiceChange
from workorders.messages.message import Message
from workorders.policy.rule_fields import HOLD_KINDS
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.tables import Account, Hold, HoldEvent, Order
from workorders.usecases.collections.reconsider import PENDING_CUT
from workorders.usecases.orders.cancel import cancel_order

LONGEST = timedelta(days=3 * 366)
"""No protection is set further ahead; it can be extended."""


def add_hold(
    session: Session,
    account_number: str,
    kind: str,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    evidence: str = "",
    now: datetime,
    actor: str,
) -> Hold:
    """Protect an account from a cut; open cuts are called off when it has begun.

    `ends_on` is its last day; None: until it is lifted. Raises Problem `not_found`, and `bad_input` naming
    the field.
    """
    if kind not in HOLD_KINDS:
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=", ".join(HOLD_KINDS)))
    today = district_of(session).day_of(now)
    if not today - LONGEST <= checked_day(starts_on, field="starts_on") <= today + LONGEST:
        raise Problem("bad_input", field="starts_on", reason="within three years of today")
    _check_end(ends_on, starts_on, today)
    account = account_named(session, account_number)
    lock_account(session, account.id)
    hold = Hold(account_id=account.id, kind=kind, starts_on=starts_on, ends_on=ends_on, source="office")
    session.add(hold)
    session.flush()
    _audit(session, hold, "added", reason=reason, evidence=evidence, now=now, actor=actor)
    if starts_on <= today:
        _call_off_cuts(session, account, kind, now=now, actor=actor)
    return hold


def extend_hold(
    session: Session,
    account_number: str,
    hold_id: int,
    *,
    ends_on: date | None,
    reason: str,
    evidence: str = "",
    now: datetime,
    actor: str,
) -> Hold:
    """Let a protection last longer; a provisional one is confirmed by it, until whatever day the proof says.

    Raises Problem `not_found`, `hold_ended`, and `bad_input` naming the field, also for an end no later than
    the one it has: protecting somebody for less is lifting it.
    """
    today = district_of(session).day_of(now)
    hold = _lasting(session, account_number, hold_id, today)
    _check_end(ends_on, hold.starts_on, today)
    if not hold.provisional and ends_on is not None and (hold.ends_on is None or ends_on <= hold.ends_on):
        raise Problem(
            "bad_input", field="ends_on", reason="it is no later than the end it has; lift it instead"
        )
    hold.ends_on, hold.provisional = ends_on, False
    _audit(session, hold, "extended", reason=reason, evidence=evidence, now=now, actor=actor)
    return hold


def lift_hold(
    session: Session,
    account_number: str,
    hold_id: int,
    *,
    reason: str,
    evidence: str = "",
    now: datetime,
    actor: str,
) -> Hold:
    """End a protection: from today on it protects no more. Raises as `extend_hold`."""
    today = district_of(session).day_of(now)
    hold = _lasting(session, account_number, hold_id, today)
    hold.ends_on = today - timedelta(days=1)
    _audit(session, hold, "lifted", reason=reason, evidence=evidence, now=now, actor=actor)
    return hold


def _lasting(session: Session, account_number: str, hold_id: int, today: date) -> Hold:
    account = account_named(session, account_number)
    lock_account(session, account.id)
    hold = session.get(Hold, hold_id, populate_existing=True)
    if hold is None or hold.account_id != account.id:
        raise Problem("not_found", what="hold", key=hold_id)
    if hold.ends_on is not None and hold.ends_on < today:
        raise Problem("hold_ended")
    return hold


def _check_end(ends_on: date | None, starts_on: date, today: date) -> None:
    if ends_on is None:
        return
    checked_day(ends_on, field="ends_on")
    if ends_on < max(starts_on, today):
        raise Problem("bad_input", field="ends_on", reason="it is before the beginning, or past")
    if ends_on > today + LONGEST:
        raise Problem("bad_input", field="ends_on", reason="it is more than three years ahead")


def _audit(
    session: Session, hold: Hold, kind: str, *, reason: str, evidence: str, now: datetime, actor: str
) -> None:
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    evidence = checked_line(evidence, field="evidence")
    session.add(
        HoldEvent(
            hold_id=hold.id,
            kind=kind,
            at=now,
            actor=actor[:80],
            reason=reason,
            evidence=evidence or None,
            ends_on=hold.ends_on,
        )
    )
    session.flush()


def _call_off_cuts(session: Session, account: Account, kind: str, *, now: datetime, actor: str) -> None:
    """Whoever is protected is not visited to be cut: open cuts go, from tablets too."""
    cuts = session.scalars(
        select(Order.number)
        .where(
            Order.account_id == account.id,
            Order.type.in_(codes_of({ServiceChange.CUT})),
            Order.state.in_(PENDING_CUT),
        )
        .order_by(Order.number)
    ).all()
    for number in cuts:
        cancel_order(session, number, reason=Message.of("reason.hold", hold=kind), now=now, actor=actor)

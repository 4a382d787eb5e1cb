"""A new amount of a fee, published by an administrator as the next rule set."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.grammar.times import PLANNED_AHEAD
from workorders.policy.rulebook import FeeRow
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.rules import load_rule_book
from workorders.tables import Fee
from workorders.usecases.administration.audit import note_change
from workorders.usecases.district.adopt_rules import adopt_rules

FEE_MAX_CENTS = 1_000_000
"""$10,000: a higher fee is a slip of the pen."""


def change_fee(
    session: Session, code: str, cents: int, *, starts_on: date, reason: str, now: datetime, actor: str
) -> int:
    """Publish `cents` as the amount of a fee from a day on, today at the earliest; answers the rule set.

    Title, trigger and exempt rate classes stay. Tablets get the schedule at their next sync. Raises Problem
    `not_found`, and `bad_input` naming the field.
    """
    fee = checked_fee_change(session, code, cents, starts_on=starts_on, now=now)
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    line = {
        "code": fee.code,
        "title": fee.title,
        "cents": cents,
        "trigger": fee.trigger,
        "exempt_rate_classes": list(fee.exempt_rate_classes),
    }
    document = {"note": reason, "effective_from": starts_on.isoformat(), "fees": [line]}
    version = adopt_rules(session, document, now=now)
    changes = {
        "cents": (fee.amount_cents, cents),
        "effective_from": (None, starts_on.isoformat()),
        "rule_set": (None, version),
    }
    note_change(session, f"fee:{code}", "fee", now=now, actor=actor, changes=changes, reason=reason)
    return version


def checked_fee_change(session: Session, code: str, cents: int, *, starts_on: date, now: datetime) -> FeeRow:
    """The fee as it would be charged on that day by what is published. Raises as `change_fee`."""
    known = session.scalar(select(func.count(Fee.id)).where(Fee.code == code))
    if not known:
        raise Problem("not_found", what="fee", key=code)
    today = district_of(session).day_of(now)
    if starts_on < today:
        raise Problem("bad_input", field="effective_from", reason="it lies in the past")
    if starts_on > today + PLANNED_AHEAD:
        raise Problem("bad_input", field="effective_from", reason="it is more than three years ahead")
    if cents > FEE_MAX_CENTS:
        raise Problem("bad_input", field="amount", reason="it is more than 10,000")
    dated = select(Fee.id).where(Fee.code == code, Fee.effective_from == starts_on)
    if session.scalar(dated) is not None:
        reason = "this fee already has an amount from that day on; choose another day"
        raise Problem("bad_input", field="effective_from", reason=reason)
    book = load_rule_book(session)
    fee = book.in_force(starts_on).fees.get(code)
    if fee is None:
        raise Problem("bad_input", field="effective_from", reason="the fee begins later than that day")
    if fee.amount_cents == cents:
        raise Problem("bad_input", field="amount", reason="it is that amount already")
    return fee

"""A read of a register besides the main one that was written down wrongly: a new fact takes its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.metering.registers import fits
from workorders.problems import Problem, Reason
from workorders.queries.lookups import lock_accounts
from workorders.queries.register_corrections import (
    RegisterReadOnRecord,
    register_checked,
    register_read_on_record,
)
from workorders.tables import Order, RecordChange, RegisterRead, ServicePoint
from workorders.usecases.history import enqueue_in_field
from workorders.usecases.meters.correct_read import CORRECTED
from workorders.usecases.meters.read_adjustment import adjust_for_read


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCorrection:
    """What the register's dials showed, and what the customer's bill needs."""

    value: int
    reason: str
    adjust: str = ""
    """credit or debit, or nothing."""
    amount_cents: int = 0


def correct_register_read(
    session: Session,
    read_id: int,
    form: RegisterCorrection,
    *,
    roles: Iterable[str],
    now: datetime,
    actor: str,
) -> RegisterRead:
    """Write the right read in the place of a wrong one, which stays; what it changes of the bill is adjusted.

    The main register's read stays as it is: `correct_read` corrects that. The adjustment is posted within the
    limit of `roles`, else a second person decides it. Raises Problem `not_found`, `read_superseded`,
    `bad_input` naming the field, and those of `adjust_for_read`.
    """
    found = register_read_on_record(session, read_id)
    if found.account is not None:
        lock_accounts(session, {found.account.id})
    session.execute(select(ServicePoint.id).where(ServicePoint.id == found.point.id).with_for_update())
    # Whoever was quicker has superseded it by now.
    found = register_read_on_record(session, read_id)
    reason = checked_line(form.reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    if not fits(form.value, found.register.dials):
        why = Reason("a register of {dials} dials cannot show it", dials=found.register.dials)
        raise Problem("bad_input", field="value", reason=why)
    if form.value == found.read.value:
        raise Problem("bad_input", field="value", reason="it is what the records say")
    made = _written(session, found, form.value)
    if form.adjust:
        adjust_for_read(
            session,
            found.account,
            f"register-read-{made.id}",
            kind=form.adjust,
            amount_cents=form.amount_cents,
            reason=reason,
            evidence=f"{found.facts.serial}: {found.read.value} → {made.value}",
            roles=roles,
            now=now,
            actor=actor,
        )
    changes = {"value": [found.read.value, made.value]}
    subject = f"register_read:{made.id}"
    session.add(RecordChange(subject=subject, at=now, actor=actor[:80], reason=reason, changes=changes))
    enqueue_in_field(session, Order.service_point_id == found.point.id, now=now)
    session.flush()
    return made


def _written(session: Session, found: RegisterReadOnRecord, value: int) -> RegisterRead:
    made = RegisterRead(
        meter_id=found.read.meter_id,
        service_point_id=found.point.id,
        register=found.read.register,
        taken_at=found.read.taken_at,
        value=value,
        kind=found.read.kind,
        source=f"correction:{found.read.id}",
        order_number=found.read.order_number,
        supersedes_id=found.read.id,
        flags=[CORRECTED, *register_checked(session, found, value).flags],
    )
    session.add(made)
    session.flush()
    return made

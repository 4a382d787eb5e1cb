"""Consequences carried out: each kind by one small function, all inside the caller's transaction.

The database has the last word: a meter that is installed elsewhere, or a fact posted twice, raises
sqlalchemy's IntegrityError, and the caller turns the whole judgement into a case for a human.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    MoveAgreement,
    OpenException,
    PlaceHold,
    Post,
    RaiseOrder,
    Recall,
    RecordMeterTest,
    RecordRead,
    RecordRegisterRead,
    RegisterBackflow,
    RemoveMeter,
    Reverse,
    SetServicePoint,
    TagPosted,
    UseCode,
)
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.tables import Hold
from workorders.usecases.collections.phone_codes import code_used
from workorders.usecases.collections.tags import tag_posted
from workorders.usecases.customers.moves import visit_started, visit_stopped
from workorders.usecases.field.backflow import register_backflow
from workorders.usecases.field.cause import Cause
from workorders.usecases.field.meter_effects import (
    install_meter,
    point_of,
    record_meter_test,
    record_read,
    record_register_read,
    remove_meter,
    set_service_point,
)
from workorders.usecases.field.money_effects import post_entry, reverse_entry
from workorders.usecases.orders.assignment import withdraw_order
from workorders.usecases.orders.follow_on import raise_follow_on


def carry_out(session: Session, consequences: Iterable[Consequence], cause: Cause) -> list[OpenException]:
    """Do everything that follows, in order; the exceptions among it are returned for the caller to open.

    Raises sqlalchemy's IntegrityError or DataError, or a Problem, when the database or a use case refuses.
    """
    exceptions = []
    for consequence in consequences:
        if isinstance(consequence, OpenException):
            exceptions.append(consequence)
        else:
            _DO[type(consequence)](session, consequence, cause)
    session.flush()
    return exceptions


def _raise_order(session: Session, what: RaiseOrder, cause: Cause) -> None:
    point = point_of(session, what.service_point, cause)
    due = cause.now + timedelta(hours=what.due_hours) if what.due_hours is not None else None
    raise_follow_on(session, cause.order, what, point, due_until=due, now=cause.now, source=cause.event_id)


def _recall(session: Session, what: Recall, cause: Cause) -> None:
    withdraw_order(session, cause.order, what.technician, reason=what.reason, now=cause.now)


def _place_hold(session: Session, what: PlaceHold, cause: Cause) -> None:
    if cause.order.account_id is None:
        raise Problem("not_found", what="account of order", key=cause.order.number)
    starts = district_of(session).day_of(cause.occurred_at)
    session.add(
        Hold(
            account_id=cause.order.account_id,
            kind=what.kind,
            starts_on=starts,
            ends_on=starts + timedelta(days=what.days),
            provisional=True,
            source=cause.event_id,
        )
    )


def _tag_posted(session: Session, what: TagPosted, cause: Cause) -> None:
    tag_posted(session, cause.order, at=what.at, now=cause.now, technician=cause.technician)


def _register_backflow(session: Session, what: RegisterBackflow, cause: Cause) -> None:
    register_backflow(session, cause.order.service_point_id, what, source=cause.event_id)


def _move_agreement(session: Session, what: MoveAgreement, cause: Cause) -> None:
    moves = visit_started if what.step == "start" else visit_stopped
    moves(session, cause.order, at=what.at, source=cause.event_id, now=cause.now, actor=cause.technician)


def _use_code(session: Session, what: UseCode, cause: Cause) -> None:
    code_used(session, cause.order, what.code, at=what.at, event=cause.event_id, now=cause.now)


_DO: dict[type[Any], Callable[[Session, Any, Cause], None]] = {
    SetServicePoint: set_service_point,
    RecordRead: record_read,
    RecordRegisterRead: record_register_read,
    RemoveMeter: remove_meter,
    InstallMeter: install_meter,
    Post: post_entry,
    Reverse: reverse_entry,
    RaiseOrder: _raise_order,
    Recall: _recall,
    RecordMeterTest: record_meter_test,
    PlaceHold: _place_hold,
    TagPosted: _tag_posted,
    RegisterBackflow: _register_backflow,
    MoveAgreement: _move_agreement,
    UseCode: _use_code,
}

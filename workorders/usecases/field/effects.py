"""Consequences carried out: each kind by one small function, all inside the caller's transaction.

The database has the last word: a meter that is installed elsewhere, or a fact posted twice, raises
sqlalchemy's IntegrityError, and the caller turns the whole judgement into a case for a human.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from workorders.judgement.consequences import (
    Consequence,
    InstallMeter,
    OpenException,
    PlaceHold,
    Post,
    RaiseOrder,
    Recall,
    RecordMeterTest,
    RecordRead,
    RemoveMeter,
    Reverse,
    SetServicePoint,
)
from workorders.ledger import post, reverse_posted
from workorders.messages.message import Message
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.situation import PAYMENT_PURPOSES
from workorders.tables import (
    Account,
    Hold,
    Installation,
    Meter,
    MeterTest,
    Order,
    Read,
    ServicePoint,
    ServicePointEvent,
    Technician,
)
from workorders.usecases.cash.payment_arrived import Money, payment_arrived
from workorders.usecases.collections.reconsider import reconsider_account
from workorders.usecases.history import tell
from workorders.usecases.orders.assignment import take_back
from workorders.usecases.orders.follow_on import raise_follow_on

_NEWEST_STATE = (
    select(ServicePointEvent.at)
    .where(ServicePointEvent.service_point_id == bindparam("point"))
    .order_by(ServicePointEvent.at.desc())
    .limit(1)
)
_METER = select(Meter).where(Meter.serial == bindparam("serial"))
_PLACE = select(Installation.service_point_id).where(
    Installation.meter_id == bindparam("meter"), Installation.removed_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Cause:
    """The field event that consequences come from, and its order (locked by the caller)."""

    event_id: str
    technician: str
    occurred_at: datetime
    order: Order
    now: datetime

    @property
    def parties(self) -> dict[str, str]:
        """Whose money it is: the order's account, the technician's custody."""
        account = {"account": self.order.account.number} if self.order.account else {}
        return {"technician": self.technician} | account


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


def reconsider_after(session: Session, consequences: Iterable[Consequence], cause: Cause) -> None:
    """Once the order has its outcome: what was charged, refunded or cut may open or satisfy other orders."""
    touched = any(isinstance(one, Post | Reverse | SetServicePoint) for one in consequences)
    account = cause.order.account
    if touched and account is not None:
        reconsider_account(
            session,
            account,
            reason=Message("reason.nothing_due"),
            source=cause.event_id,
            now=cause.now,
            actor="curbstop",
        )


def _set_service_point(session: Session, what: SetServicePoint, cause: Cause) -> None:
    point = _point(session, what.service_point, cause)
    # The latest fact decides, whichever was heard of last.
    newest = session.scalar(_NEWEST_STATE, {"point": point.id})
    session.execute(
        insert(ServicePointEvent),
        [
            {
                "service_point_id": point.id,
                "state": what.state,
                "at": what.at,
                "source": cause.event_id,
                "order_number": cause.order.number,
            }
        ],
    )
    if newest is not None and newest > what.at:
        return
    point.state = what.state
    point.lock_number = what.lock if what.lock is not None else point.lock_number
    point.seal_number = what.seal if what.seal is not None else point.seal_number


def _record_read(session: Session, what: RecordRead, cause: Cause) -> None:
    meter = _meter(session, what.serial)
    superseded = None
    if what.supersedes is not None:
        later = aliased(Read)
        superseded = session.scalar(
            select(Read.id)
            .outerjoin(later, later.supersedes_id == Read.id)
            .where(Read.source == what.supersedes, Read.meter_id == meter.id, later.id.is_(None))
            .order_by(Read.id.desc())
            .limit(1)
        )
    session.execute(
        insert(Read),
        [
            {
                "meter_id": meter.id,
                "service_point_id": _where_is(session, meter) or cause.order.service_point_id,
                "taken_at": what.at,
                "value": what.value,
                "kind": what.kind,
                "source": cause.event_id,
                "order_number": cause.order.number,
                "supersedes_id": superseded,
                "flags": list(what.flags),
            }
        ],
    )


def _remove_meter(session: Session, what: RemoveMeter, cause: Cause) -> None:
    meter = _meter(session, what.serial)
    ended = session.execute(
        update(Installation)
        .where(Installation.meter_id == meter.id, Installation.removed_at.is_(None))
        .values(removed_at=what.at, final_read=what.final_read)
    )
    if not ended.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
        raise Problem("not_found", what="installed meter", key=what.serial)
    meter.status = what.status
    meter.van_technician_id = cause.technician if what.status == "in_van" else None
    session.flush()
    if what.status == "in_van":
        tell(session, cause.technician, "ref", "technician", now=cause.now)


def _install_meter(session: Session, what: InstallMeter, cause: Cause) -> None:
    meter = _meter(session, what.serial)
    session.execute(
        insert(Installation),
        [
            {
                "meter_id": meter.id,
                "service_point_id": cause.order.service_point_id,
                "installed_at": what.at,
                "start_read": what.start_read,
                "source": cause.event_id,
            }
        ],
    )
    van = meter.van_technician_id
    meter.status = "installed"
    meter.van_technician_id = None
    meter.endpoint = what.endpoint or meter.endpoint
    session.flush()
    if van is not None:
        tell(session, van, "ref", "technician", now=cause.now)


def _post(session: Session, what: Post, cause: Cause) -> None:
    if what.purpose in PAYMENT_PURPOSES and [line[1] for line in what.lines] == ["AR"]:
        _pay(session, what, cause)
        return
    post(
        session,
        source=cause.event_id,
        purpose=what.purpose,
        message=what.message,
        lines=what.lines,
        parties=cause.parties,
        effective_at=cause.occurred_at,
        now=cause.now,
        order_number=cause.order.number,
    )


def _pay(session: Session, what: Post, cause: Cause) -> None:
    """Money from the door goes the way of all money."""
    account = cause.order.account
    if what.account is not None and (account is None or account.number != what.account):
        # A receipt may name an account that does not exist: the money was taken on this order's visit.
        named = session.scalar(select(Account).where(Account.number == what.account))
        account = named or account
    if account is None:
        raise Problem("not_found", what="account of order", key=cause.order.number)
    [(ledger, _, cents)] = what.lines
    money = Money(
        source=cause.event_id,
        purpose=what.purpose,
        cents=cents,
        ledger=ledger,
        paid_at=cause.occurred_at,
        message=what.message,
        technician=cause.technician,
        order_number=cause.order.number,
        why=Message("reason.paid_at_door"),
    )
    payment_arrived(session, account, money, now=cause.now, actor=cause.technician)


def _reverse(session: Session, what: Reverse, cause: Cause) -> None:
    reverse_posted(session, what.source, what.purpose, by=cause.event_id, message=what.message, now=cause.now)


def _raise_order(session: Session, what: RaiseOrder, cause: Cause) -> None:
    point = _point(session, what.service_point, cause)
    due = cause.now + timedelta(hours=what.due_hours) if what.due_hours is not None else None
    raise_follow_on(session, cause.order, what, point, due_until=due, now=cause.now, source=cause.event_id)


def _recall(session: Session, what: Recall, cause: Cause) -> None:
    who = session.get_one(Technician, cause.technician)
    take_back(session, cause.order, what.technician, reason=f"{what.reason} {who.name}", now=cause.now)


def _record_meter_test(session: Session, what: RecordMeterTest, cause: Cause) -> None:
    session.add(
        MeterTest(
            meter_id=_meter(session, what.serial).id,
            order_number=cause.order.number,
            source=cause.event_id,
            tested_at=what.at,
            standard=what.standard,
            flows=list(what.flows),
            accuracy_percent=what.accuracy_percent,
            verdict=what.verdict,
        )
    )


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


def _meter(session: Session, serial: str) -> Meter:
    meter = session.scalar(_METER, {"serial": serial})
    if meter is None:
        raise Problem("not_found", what="meter", key=serial)
    return meter


def _where_is(session: Session, meter: Meter) -> int | None:
    return session.scalar(_PLACE, {"meter": meter.id})


def _point(session: Session, number: str | None, cause: Cause) -> ServicePoint:
    if number is None or number == cause.order.service_point.number:
        return cause.order.service_point
    point = session.scalar(select(ServicePoint).where(ServicePoint.number == number))
    if point is None:
        raise Problem("not_found", what="service point", key=number)
    return point


_DO: dict[type[Any], Callable[[Session, Any, Cause], None]] = {
    SetServicePoint: _set_service_point,
    RecordRead: _record_read,
    RemoveMeter: _remove_meter,
    InstallMeter: _install_meter,
    Post: _post,
    Reverse: _reverse,
    RaiseOrder: _raise_order,
    Recall: _recall,
    RecordMeterTest: _record_meter_test,
    PlaceHold: _place_hold,
}

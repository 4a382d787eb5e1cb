"""Orders that were taken back or called off while a tablet had them, and whether it knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.tablets import last_heard
from workorders.judgement.event_schema import event_body
from workorders.judgement.lifecycle import State
from workorders.judgement.phone_codes import CODE_ENTERED
from workorders.policy.phone_codes import RECALL
from workorders.tables import Assignment, FieldEvent, Order, Outbox, Technician

DAYS = timedelta(days=7)
MOST = 30
"""More than these unsettled at once is one thing to look at, not many."""
ANSWERS = ("cancel_seen", "backed_out", "completed", "unable", CODE_ENTERED)
WAITING, UNHEARD, UNANSWERED, FINISHES = "waiting", "unheard", "unanswered", "finishes"
"""Not in the technician's database | there, but the tablet was silent since | on the tablet, and the
technician has not said what happens | the technician chose to finish all the same."""


@dataclass(frozen=True, slots=True)
class CalledOff:
    """One such order; `fate` as above, `heard` when the tablet last spoke."""

    number: str
    type: str
    state: str
    technician: str
    name: str
    fate: str
    heard: datetime | None


def called_off(session: Session, today: date) -> list[CalledOff]:
    """What was taken back or called off and is not settled: where somebody may still drive to it.

    A recall is settled when the tablet was heard after it was sent; a cancel when the technician backed out,
    or reported after all.
    """
    orders = _orders(session, today)
    numbers = [order.number for order in orders]
    if not numbers:
        return []
    had = _had(session, numbers)
    sent = _sent(session, numbers)
    heard = last_heard(session, {technician for technician, _ in had.values()})
    answers = _answers(session, numbers)
    found = []
    for order in orders:
        if order.number not in had:
            continue
        technician, name = had[order.number]
        spoken = heard.get(technician)
        fate = _fate(
            order.state == State.RECALLED,
            sent.get((technician, order.number)),
            spoken,
            answers.get(order.number),
        )
        if fate is not None:
            found.append(CalledOff(order.number, order.type, order.state, technician, name, fate, spoken))
    return found


def _fate(recalled: bool, sent: datetime | None, heard: datetime | None, answer: str | None) -> str | None:
    if answer == RECALL:
        return None
    if answer in {"backed_out", "back_out", "completed", "unable"} and not recalled:
        return None
    if answer == "finish":
        return FINISHES
    if sent is None:
        return WAITING
    if heard is None or heard <= sent:
        return UNHEARD
    return None if recalled else UNANSWERED


def _orders(session: Session, today: date) -> Sequence[Order]:
    cancelled = and_(
        Order.route_day >= today - timedelta(days=1),
        Order.route_day <= today + DAYS,
        Order.state.in_((State.CANCELLED, State.SUPERSEDED)),
        Order.cancel_seq.is_not(None),
    )
    query = (
        select(Order).where(or_(Order.state == State.RECALLED, cancelled)).order_by(Order.number).limit(MOST)
    )
    return session.scalars(query).all()


def _had(session: Session, numbers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Order number → id and name of who had it last."""
    rows = session.execute(
        select(Assignment.order_number, Technician.id, Technician.name)
        .join(Technician, Technician.id == Assignment.technician_id)
        .where(Assignment.order_number.in_(numbers))
        .order_by(Assignment.order_number, Assignment.epoch)
    )
    return {number: (technician, name) for number, technician, name in rows}


def _sent(session: Session, numbers: Sequence[str]) -> dict[tuple[str, str], datetime | None]:
    """(technician, number) → when the newest change was published; None while it waits."""
    rows = session.execute(
        select(Outbox.technician_id, Outbox.key, Outbox.published_at)
        .where(
            Outbox.topic == "order",
            Outbox.key.in_(numbers),
            Outbox.technician_id.in_(
                select(Assignment.technician_id).where(Assignment.order_number.in_(numbers))
            ),
        )
        .order_by(Outbox.id)
    )
    return {(technician, key): at for technician, key, at in rows}


def _answers(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """Order number → what the technician chose, the report that ended it, or the code that was entered."""
    rows = session.scalars(
        select(FieldEvent)
        .where(FieldEvent.order_number.in_(numbers), FieldEvent.kind.in_(ANSWERS))
        .order_by(FieldEvent.occurred_at, FieldEvent.counter)
    )
    return {str(event.order_number): _answer(event) for event in rows}


def _answer(event: FieldEvent) -> str:
    body = event_body(event.body)
    if event.kind == "cancel_seen":
        return str(body.get("choice") or event.kind)
    return str(body.get("kind")) if event.kind == CODE_ENTERED else event.kind

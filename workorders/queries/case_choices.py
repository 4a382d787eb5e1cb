"""Open exception cases as a supervisor decides them: what was found, and what each choice does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.catalogue import CATALOGUE, codes_of, order_type_of
from workorders.judgement.consequences import Consequence, from_json
from workorders.judgement.decided import after_last_decision, charged_cents, effect_of, is_unworked
from workorders.judgement.late_payment import still_due
from workorders.judgement.lifecycle import ACTIVE, Command, State
from workorders.judgement.traits import TURNS_ON
from workorders.messages.message import Message
from workorders.queries.field_reports import FieldReport, reports_of_events
from workorders.tables import ExceptionCase, Order, ServicePoint

TITLES = {order_type.code: order_type.title for order_type in CATALOGUE.values()}


@dataclass(frozen=True, slots=True)
class CaseChoices:
    """An open case with what a supervisor needs beside it."""

    case: ExceptionCase
    order: Order | None
    report: FieldReport | None
    """Who reported what and when; None for what did not come from the field."""
    blocking: bool
    effects: tuple[Message, ...]
    """What is carried out when it is accepted."""
    charged_cents: int
    """What the customer then owes more; less when negative."""
    accepted: Command | None
    """What accepting does to the order; None where it does not leave review by this."""
    rejected: Command | None

    @property
    def is_plain(self) -> bool:
        """Nothing hangs on the decision: it is enough that somebody has seen it."""
        return not self.blocking and not self.effects


def waiting(case: ExceptionCase) -> tuple[Consequence, ...]:
    """What is carried out when the case is accepted."""
    return tuple(from_json(document) for document in case.detail.get("then", ()))


def is_blocking(case: ExceptionCase) -> bool:
    """The order waits for this case."""
    return bool(case.detail.get("blocking", True))


def orders_owing_service(session: Session, orders: Iterable[Order]) -> set[str]:
    """The numbers of those that were to bring service back, did not, and have no follower that will."""
    owing = {
        order.number
        for order in orders
        if order_type_of(order.type).service in TURNS_ON and order.service_point.state != "on"
    }
    followed = select(Order.follows_number).where(
        Order.follows_number.in_(owing), Order.type.in_(codes_of(TURNS_ON)), Order.state.in_(ACTIVE)
    )
    return owing - set(session.scalars(followed)) if owing else owing


def choices_of(session: Session, cases: Sequence[ExceptionCase]) -> list[CaseChoices]:
    """The cases in their order, in as many statements for fifty as for one."""
    numbers = {case.order_number for case in cases if case.order_number}
    load = joinedload(Order.service_point).joinedload(ServicePoint.premise)
    wanted = select(Order).where(Order.number.in_(numbers)).options(load)
    orders = {order.number: order for order in session.scalars(wanted)}
    reports = reports_of_events(session, {case.source for case in cases})
    owing = orders_owing_service(session, orders.values())
    others = Counter[str | None]()
    refused = set[str | None]()
    for other in session.scalars(select(ExceptionCase).where(ExceptionCase.order_number.in_(numbers))):
        if is_blocking(other):
            others[other.order_number] += other.state == "open"
            refused |= {other.order_number} if other.state == "rejected" else set()
    found = []
    for case in cases:
        order = orders.get(case.order_number or "")
        report = reports.get(case.source)
        moves = (
            order is not None
            and order.state == State.EXCEPTION
            and is_blocking(case)
            and others[order.number] == 1
        )
        after = partial(
            after_last_decision,
            unworked=order is not None and report is not None and is_unworked(report.kind, order.outcome),
            service_owed=case.order_number in owing,
            called_off=order is not None and order.cancelled_at is not None,
        )
        due = still_due(waiting(case), order.outcome if order is not None else None)
        found.append(
            CaseChoices(
                case=case,
                order=order,
                report=report,
                blocking=is_blocking(case),
                effects=tuple(effect_of(one, TITLES) for one in due),
                charged_cents=charged_cents(due),
                accepted=after(rejected=case.order_number in refused) if moves else None,
                rejected=after(rejected=True) if moves else None,
            )
        )
    return found

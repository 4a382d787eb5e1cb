"""Orders as pages and the API show them."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from workorders.problems import Problem
from workorders.tables import (
    Account,
    ExceptionCase,
    Order,
    ServicePoint,
)


def find_order(session: Session, number: str) -> Order:
    """The order with everything its page names. Raises Problem not_found."""
    found = session.scalar(
        select(Order)
        .where(Order.number == number)
        .options(
            joinedload(Order.service_point).joinedload(ServicePoint.premise),
            joinedload(Order.account).joinedload(Account.customer),
            joinedload(Order.technician),
        )
    )
    if found is None:
        raise Problem("not_found", what="order", key=number)
    return found


WRONGFUL = ("wrongful_cut", "completed_after_cancel", "wrong_premise")
"""Outcomes of a disconnect that should not have been."""
WRONGFUL_CASE = "wrongful_cut"
"""Code of the case in which a supervisor judges such a cut."""


def counts_as_wrongful() -> ColumnElement[bool]:
    """An order whose cut should not have been, but for one that a supervisor judged otherwise."""
    cleared = exists().where(
        ExceptionCase.order_number == Order.number,
        ExceptionCase.code == WRONGFUL_CASE,
        ExceptionCase.state == "rejected",
    )
    return Order.outcome.in_(WRONGFUL) & ~cleared

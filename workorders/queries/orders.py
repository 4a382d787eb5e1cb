"""Orders as pages and the API show them."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.problems import Problem
from workorders.tables import (
    Account,
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

"""Accounts as pages and the API show them."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.problems import Problem
from workorders.tables import Account


def find_account(session: Session, number: str) -> Account:
    """The account with its customer. Raises Problem not_found."""
    found = session.scalar(
        select(Account).where(Account.number == number).options(joinedload(Account.customer))
    )
    if found is None:
        raise Problem("not_found", what="account", key=number)
    return found

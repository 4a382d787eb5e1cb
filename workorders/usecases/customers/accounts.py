"""Customers and their accounts, opened at the office."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.contacts import email_from_text, phone_from_text
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.messages.texts import LANGUAGES
from workorders.messages.titles_en import RATE_CLASSES
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named
from workorders.tables import Account, Customer
from workorders.usecases.history import count

FIRST = 1_000_000
"""Numbers given here begin after it, clear of what districts usually bring along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerForm:
    """Who the customer is and how to reach them. Empty texts are not known."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    mailing_address: str = ""


def open_account(
    session: Session,
    who: CustomerForm | str,
    *,
    rate_class: str = "residential",
    now: datetime,
    actor: str,
    request_id: str | None = None,
) -> Account:
    """Open an account for a new customer, or another one for the customer of the account numbered `who`.

    The same `request_id` of the same person again answers the account it opened. Raises Problem `not_found`,
    and `bad_input` naming the field.
    """
    key = None
    if request_id:
        key = f"{actor[:80]}:{checked_line(request_id, field='request_id', longest=CODE_MAX)}"
        known = session.scalar(select(Account).where(Account.request_key == key))
        if known is not None:
            return known
    if rate_class not in RATE_CLASSES:
        raise Problem(
            "bad_input", field="rate_class", reason=Reason("one of {known}", known=", ".join(RATE_CLASSES))
        )
    if isinstance(who, str):
        customer = account_named(session, who).customer
    else:
        customer = Customer(**checked_customer(who))
        session.add(customer)
        session.flush()
    account = Account(
        number=_next_number(session),
        customer=customer,
        rate_class=rate_class,
        status="active",
        opened_on=district_of(session).day_of(now),
        request_key=key,
    )
    session.add(account)
    session.flush()
    return account


def checked_customer(form: CustomerForm) -> dict[str, str | None]:
    """The columns of a customer. Raises Problem `bad_input` naming the field."""
    name = checked_line(form.name, field="name")
    if not name:
        raise Problem("bad_input", field="name", reason="it is needed")
    if form.language and form.language not in LANGUAGES:
        raise Problem(
            "bad_input", field="language", reason=Reason("one of {known}", known=", ".join(LANGUAGES))
        )
    return {
        "name": name,
        "phone": phone_from_text(form.phone),
        "email": email_from_text(form.email),
        "language": form.language or None,
        "mailing_address": checked_line(form.mailing_address, field="mailing_address") or None,
    }


def _next_number(session: Session) -> str:
    """A number that no imported account has."""
    while True:
        number = f"A{FIRST + count(session, 'account')}"
        if session.scalar(select(Account.id).where(Account.number == number)) is None:
            return number

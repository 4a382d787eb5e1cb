"""A receipt of the counter sent to the customer by e-mail, once to each address."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.counter import find_receipt
from workorders.tables import OutgoingMail
from workorders.usecases.exchange.outgoing_mail import ask_for_letter


def mail_receipt(
    session: Session, number: str, *, language: str, now: datetime, actor: str
) -> tuple[OutgoingMail, bool]:
    """The letter, and whether it is new; `language` counts where the customer has none.

    Raises Problem `not_found`, and `bad_input` for a void receipt or a customer without an address.
    """
    view = find_receipt(session, number)
    if view.is_void:
        raise Problem("bad_input", field="receipt", reason="it is void")
    customer = view.account.customer
    if not customer.email:
        raise Problem("bad_input", field="email", reason="this customer has no email address")
    return ask_for_letter(
        session,
        f"receipt:{number}:{customer.email.casefold()}",
        "receipt",
        details={"number": number},
        recipients=[customer.email],
        language=customer.language or language,
        now=now,
        actor=actor,
    )

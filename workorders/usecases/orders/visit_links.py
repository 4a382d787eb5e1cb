"""Links by which a customer sees how a visit stands: made, mailed, taken back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from workorders.grammar.times import start_of_day
from workorders.judgement.visit_stages import OVER, STAGES, expiry
from workorders.messages.words import OURSELVES
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.lookups import order_for_update
from workorders.queries.outgoing_mail import letter_by_key
from workorders.queries.visits import live_links
from workorders.tables import Order, OutgoingMail, VisitLink
from workorders.usecases.exchange.outgoing_mail import ask_for_letter


def make_visit_link(session: Session, number: str, key: str, *, now: datetime, actor: str) -> VisitLink:
    """The link to an order's visit: the one there is for this assignment, else a new one named `key`.

    Raises Problem `not_found`, and `visit_over` when nobody comes any more.
    """
    order = order_for_update(session, number)
    if STAGES[order.state] in OVER:
        raise Problem("visit_over", number=number)
    for known in live_links(session, number, now=now):
        if known.epoch == order.epoch:
            return known
    made = VisitLink(
        key=key,
        order_number=number,
        epoch=order.epoch,
        made_at=now,
        made_by=actor[:80],
        expires_at=expiry(now, _visit_ends(session, order)),
    )
    session.add(made)
    session.flush()
    return made


def take_visit_link_back(
    session: Session, number: str, link_id: int, *, now: datetime, actor: str
) -> VisitLink:
    """From now on the link says only that it no longer holds. Raises Problem `not_found`."""
    link = session.get(VisitLink, link_id, with_for_update=True)
    if link is None or link.order_number != number:
        raise Problem("not_found", what="link", key=link_id)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = now, actor[:80]
    return link


def mail_visit_link(
    session: Session, number: str, key: str, *, language: str, now: datetime, actor: str
) -> tuple[OutgoingMail, bool]:
    """The letter with the link to the order's customer, and whether it is new; one to an address and link.

    `language` counts where the customer has none. Raises Problem as `make_visit_link`, and `bad_input` for
    an order whose customer has no address.
    """
    link = make_visit_link(session, number, key, now=now, actor=actor)
    email, language = _recipient(session, number, language)
    key = f"visit:{link.key}:{email.casefold()}"
    return _letter(session, key, link, email, language=language, now=now, actor=actor)


def notify_on_the_way(session: Session, number: str, epoch: int, key: str, *, now: datetime) -> bool:
    """Ask once for each journey for the letter that says somebody is on the way; False when it was asked for.

    `epoch`: the assignment that was seen to be under way; a later one has a letter of its own.
    """
    wanted = f"on_the_way:{number}:{epoch}"
    if letter_by_key(session, wanted) is not None:
        return False
    order = order_for_update(session, number)
    if order.epoch != epoch or STAGES[order.state] != "on_the_way":
        return False
    link = make_visit_link(session, number, key, now=now, actor=OURSELVES)
    email, language = _recipient(session, number, "")
    return _letter(session, wanted, link, email, language=language, now=now, actor=OURSELVES)[1]


def _letter(
    session: Session, key: str, link: VisitLink, email: str, *, language: str, now: datetime, actor: str
) -> tuple[OutgoingMail, bool]:
    return ask_for_letter(
        session,
        key,
        "visit",
        details={"link": link.key, "order": link.order_number},
        recipients=[email],
        language=language,
        now=now,
        actor=actor,
    )


def _recipient(session: Session, number: str, language: str) -> tuple[str, str]:
    """The customer's address and language. Raises Problem bad_input."""
    order = session.get_one(Order, number)
    customer = order.account.customer if order.account is not None else None
    if customer is None or not customer.email:
        raise Problem("bad_input", field="email", reason="this customer has no email address")
    return customer.email, customer.language or language or district_of(session).locale.partition("_")[0]


def _visit_ends(session: Session, order: Order) -> datetime | None:
    if order.technician_id is not None and order.route_day is not None:
        return start_of_day(order.route_day + timedelta(days=1), district_of(session).timezone)
    return order.appointment_until or order.due_until

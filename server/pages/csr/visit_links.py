"""The link by which a customer follows a visit: made, mailed and taken back on the order's page."""

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.exports.visit_notices import new_key
from server.pages.csr.blueprint import blueprint
from server.services import services
from server.viewing import _, current_viewer, problem_view
from server.visit_tokens import visit_token
from workorders.judgement.visit_stages import OVER, STAGES
from workorders.problems import Problem
from workorders.queries.outgoing_mail import letters_of_links
from workorders.queries.visits import live_links
from workorders.tables import Order, OutgoingMail, VisitLink
from workorders.usecases.orders.visit_links import mail_visit_link, make_visit_link, take_visit_link_back

tells = allow("csr", "dispatcher", "supervisor")


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A link with its address, and the letters that carry it."""

    link: VisitLink
    address: str
    letters: tuple[OutgoingMail, ...]


@dataclass(frozen=True, slots=True)
class VisitCard:
    """What the order's page offers."""

    links: tuple[ShownLink, ...]
    may_make: bool
    email: str | None
    letters_work: bool


def visit_card(session: Session, order: Order) -> VisitCard:
    """The links of an order that hold now, and whether another may be made or mailed."""
    links = live_links(session, order.number, now=services().clock())
    letters = letters_of_links(session, links)
    shown = [ShownLink(link, address_of(link), tuple(letters[link.id])) for link in links]
    customer = order.account.customer if order.account is not None else None
    return VisitCard(
        tuple(shown),
        STAGES[order.state] not in OVER and not any(one.link.epoch == order.epoch for one in shown),
        customer.email if customer is not None and STAGES[order.state] not in OVER else None,
        bool(services().config.public_url),
    )


def address_of(link: VisitLink) -> str:
    """The whole address: where customers reach the pages, else where this person does."""
    config = services().config
    token = visit_token(config.secret_key, link.key, link.expires_at)
    if config.public_url:
        return f"{config.public_url.rstrip('/')}/v/{token}"
    return url_for("visit.visit", token=token, _external=True)


@blueprint.post("/orders/<number>/visit-link")
@tells
def make_link(number: str) -> ResponseReturnValue:
    """Make the link that a person copies."""
    try:
        make_visit_link(
            current_session(), number, new_key(), now=services().clock(), actor=current_staff().name
        )
    except Problem as problem:
        _say(problem)
    else:
        flash(_("The link is below. It shows the visit without a sign-in."), "good")
    return redirect(url_for("csr.order", number=number, _anchor="visit-link"), 303)


@blueprint.post("/orders/<number>/visit-link/mail")
@tells
def mail_link(number: str) -> ResponseReturnValue:
    """Send the link to the customer."""
    try:
        letter, new = mail_visit_link(
            current_session(),
            number,
            new_key(),
            language=current_viewer().language,
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        _say(problem)
    else:
        address = letter.recipients[0]
        flash(
            _("The link is on its way to {email}.", email=address)
            if new
            else _("The link was sent to {email} before.", email=address),
            "good",
        )
    return redirect(url_for("csr.order", number=number, _anchor="visit-link"), 303)


@blueprint.post("/orders/<number>/visit-link/<int:link>/take-back")
@tells
def take_link_back(number: str, link: int) -> ResponseReturnValue:
    """Let a link open nothing any more."""
    take_visit_link_back(current_session(), number, link, now=services().clock(), actor=current_staff().name)
    flash(_("The link is taken back; it opens nothing any more."), "good")
    return redirect(url_for("csr.order", number=number, _anchor="visit-link"), 303)


def _say(problem: Problem) -> None:
    """A refusal changes nothing: the page says it and stays as it was."""
    if problem.code not in {"bad_input", "visit_over"}:
        raise problem
    current_session().rollback()
    shown = problem_view(problem)
    flash(f"{shown['words']} {shown['advice']}", "bad")

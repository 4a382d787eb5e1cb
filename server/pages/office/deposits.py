"""Deposits: what waits for the bank, the slip, and what the bank made of it."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.exports.deposit_slip_pdf import deposit_slip_pdf
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, handles_cash, reads
from server.pages.office.review import tabs
from server.reports.cells import Reader
from server.services import services
from server.viewing import _, current_viewer, people
from workorders.grammar.money import AMOUNT_MAX_CENTS, cents_from_text
from workorders.problems import Problem
from workorders.queries.deposits import find_deposit, recent_deposits, waiting_bags
from workorders.usecases.cash.deposits import correct_deposit, make_deposit

RECENT = 50
"""Deposits listed."""


@blueprint.get("/cash/deposits")
@reads
def deposits() -> ResponseReturnValue:
    """What can be deposited, and the latest deposits."""
    return _list(None)


@blueprint.post("/cash/deposits")
@handles_cash
def begin_deposit() -> ResponseReturnValue:
    """Take the chosen turn-ins and drawers to the bank."""

    def act() -> str:
        made = make_deposit(
            current_session(),
            request.form.getlist("subject"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.deposit", deposit_id=made.id)

    return acted(act, _list)


@blueprint.get("/cash/deposits/<deposit_id>")
@reads
def deposit(deposit_id: str) -> ResponseReturnValue:
    """The deposit slip, and what the bank made of it."""
    return _one(deposit_id, None)


@blueprint.get("/cash/deposits/<deposit_id>/slip.pdf")
@reads
def deposit_slip(deposit_id: str) -> ResponseReturnValue:
    """The deposit slip to print and to take to the bank."""
    view = find_deposit(current_session(), deposit_id)
    reader = Reader(current_viewer(), people())
    data = deposit_slip_pdf(view, reader, district=services().config.district)
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{view.deposit.id}.pdf"'
    return answer


@blueprint.post("/cash/deposits/<deposit_id>/correction")
@handles_cash
def correct_one_deposit(deposit_id: str) -> ResponseReturnValue:
    """Record the bank's figure where it differs."""
    form = request.form

    def act() -> str:
        correct_deposit(
            current_session(),
            deposit_id,
            cents_from_text(form.get("amount", ""), field="amount", most=AMOUNT_MAX_CENTS),
            form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.deposit", deposit_id=deposit_id)

    return acted(act, lambda problem: _one(deposit_id, problem), said=_("The bank’s figure is recorded."))


def _list(problem: Problem | None) -> str:
    session = current_session()
    return render_template(
        "office/deposits.html",
        bags=waiting_bags(session),
        deposits=recent_deposits(session, RECENT),
        **shown(problem),
        **tabs(session),
    )


def _one(deposit_id: str, problem: Problem | None) -> str:
    session = current_session()
    view = find_deposit(session, deposit_id)
    return render_template(
        "office/deposit.html",
        view=view,
        own=view.deposit.made_by == current_staff().name,
        **shown(problem),
        **tabs(session),
    )

"""Bank statements: lines that a person decides, deposits that the bank has not shown, what was settled."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, handles_cash, reads
from server.pages.office.review import tabs
from server.services import services
from server.viewing import _
from workorders.problems import Problem
from workorders.queries.bank_lines import bank_desk
from workorders.usecases.cash.bank_lines import (
    assign_line,
    correct_by_line,
    return_by_line,
    set_line_aside,
)


@blueprint.get("/cash/bank")
@reads
def bank() -> ResponseReturnValue:
    """Lines that wait, deposits without a credit, and what was settled."""
    return _desk(None)


@blueprint.post("/cash/bank/<int:number>/deposit")
@handles_cash
def give_line_a_deposit(number: int) -> ResponseReturnValue:
    """Say which deposit a credit is about."""

    def act() -> str:
        deposit = request.form.get("deposit", "")
        assign_line(current_session(), number, deposit, now=services().clock(), actor=current_staff().name)
        return url_for("office.bank")

    return acted(act, _desk, said=_("The line has its deposit."))


@blueprint.post("/cash/bank/<int:number>/correction")
@handles_cash
def correct_by_bank_line(number: int) -> ResponseReturnValue:
    """Record the bank's figure of the line's deposit."""

    def act() -> str:
        reason = request.form.get("reason", "")
        correct_by_line(current_session(), number, reason, now=services().clock(), actor=current_staff().name)
        return url_for("office.bank")

    return acted(act, _desk, said=_("The bank’s figure is recorded."))


@blueprint.post("/cash/bank/<int:number>/return")
@handles_cash
def return_by_bank_line(number: int) -> ResponseReturnValue:
    """Take the check back that the returned item is."""

    def act() -> str:
        how, _sep, key = request.form.get("check", "").partition(":")
        return_by_line(
            current_session(),
            number,
            request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
            payment=key if how == "payment" else None,
            receipt=key if how == "receipt" else None,
        )
        return url_for("office.bank")

    return acted(act, _desk, said=_("The check is recorded as returned."))


@blueprint.post("/cash/bank/<int:number>/aside")
@handles_cash
def set_bank_line_aside(number: int) -> ResponseReturnValue:
    """Say why a line needs nothing here."""

    def act() -> str:
        reason = request.form.get("reason", "")
        set_line_aside(current_session(), number, reason, now=services().clock(), actor=current_staff().name)
        return url_for("office.bank")

    return acted(act, _desk, said=_("The line is set aside."))


def _desk(problem: Problem | None) -> str:
    session = current_session()
    return render_template(
        "office/bank.html",
        desk=bank_desk(session),
        **shown(problem),
        **tabs(session),
    )

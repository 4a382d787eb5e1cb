"""Standing agreements of landlords, on the page of a premise."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint
from server.pages.csr.premises import premise_page
from server.services import services
from server.viewing import _
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.usecases.customers.standing import add_standing, end_standing

stands = allow("csr", "supervisor")


@blueprint.post("/premises/<number>/landlord")
@stands
def add_landlord(number: str) -> ResponseReturnValue:
    """Let service revert to an account when a tenant leaves."""
    form = request.form
    try:
        ends = form.get("ends_on", "").strip()
        add_standing(
            current_session(),
            number,
            form.get("account", ""),
            starts_on=day_from_text(form.get("starts_on", ""), field="starts_on"),
            ends_on=day_from_text(ends, field="ends_on") if ends else None,
            evidence=form.get("evidence", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return premise_page(number, problem=problem, entered=form.to_dict()), problem.status
    flash(_("Service reverts to the landlord whenever a tenant leaves."), "good")
    return redirect(url_for("csr.premise", number=number))


@blueprint.post("/premises/<number>/landlord/<int:standing>/ended")
@stands
def end_landlord(number: str, standing: int) -> ResponseReturnValue:
    """End the standing agreement."""
    end_standing(current_session(), standing, now=services().clock(), actor=current_staff().name)
    flash(_("The standing agreement is ended."), "good")
    return redirect(url_for("csr.premise", number=number))

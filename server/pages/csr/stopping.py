"""Stop service, and what is done with agreements and applications on the page of their account."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from server.auth.guard import current_staff
from server.auth.kept_forms import typed_before
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.accounts import account_page
from server.pages.csr.blueprint import blueprint
from server.services import services
from server.templating import local
from server.viewing import _, problem_view
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.queries.accounts import find_account
from workorders.queries.service_now import services_now
from workorders.tables import Application, ServiceAgreement, ServicePoint
from workorders.usecases.customers.approvals import waive_requirements, withdraw_application
from workorders.usecases.customers.stop_service import (
    StopRequest,
    agreement_locked,
    arrange_again,
    cancel_stop,
    stop_service,
)

moves = allow("csr", "supervisor")


@blueprint.get("/accounts/<number>/stop")
@moves
def stop_form(number: str) -> ResponseReturnValue:
    """Which services, when, and where the last bill goes."""
    return _page(number, MultiDict(typed_before()), None)


@blueprint.post("/accounts/<number>/stop")
@moves
def stop(number: str) -> ResponseReturnValue:
    """Ask for the stop."""
    session, form = current_session(), request.form
    try:
        asked = StopRequest(
            account_number=number,
            points=tuple(form.getlist("points")),
            stop_on=day_from_text(form.get("stop_on", ""), field="stop_on"),
            forwarding_address=form.get("forwarding_address", ""),
            leave_on=form.get("leave_on") == "yes",
        )
        stop_service(session, asked, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        session.rollback()
        return _page(number, form, problem), problem.status
    flash(_("The stop is on its way; the account shows how."), "good")
    return redirect(url_for("csr.account", number=number))


@blueprint.post("/agreements/<int:agreement>/stop-cancelled")
@moves
def take_stop_back(agreement: int) -> ResponseReturnValue:
    """The customer stays."""
    reason = request.form.get("reason", "")
    return _on_account(
        _account_of(agreement),
        lambda: cancel_stop(
            current_session(),
            agreement,
            reason=reason,
            now=services().clock(),
            actor=current_staff().name,
        ),
        _("The stop is off. Its order is cancelled."),
    )


@blueprint.post("/agreements/<int:agreement>/order")
@moves
def order_again(agreement: int) -> ResponseReturnValue:
    """Raise what the agreement waits for once more."""
    return _on_account(
        _account_of(agreement),
        lambda: arrange_again(
            current_session(), agreement, now=services().clock(), actor=current_staff().name
        ),
        _("What the agreement waits for is under way again."),
    )


@blueprint.post("/applications/<number>/waived")
@allow("supervisor")
def waive(number: str) -> ResponseReturnValue:
    """Let service start without what was required."""
    reason = request.form.get("reason", "")
    return _on_account(
        _applicant(number),
        lambda: waive_requirements(
            current_session(), number, reason=reason, now=services().clock(), actor=current_staff().name
        ),
        _("Application {number} is approved.", number=number),
    )


@blueprint.post("/applications/<number>/withdrawn")
@moves
def withdraw(number: str) -> ResponseReturnValue:
    """The customer does not come."""
    reason = request.form.get("reason", "")
    return _on_account(
        _applicant(number),
        lambda: withdraw_application(
            current_session(), number, reason=reason, now=services().clock(), actor=current_staff().name
        ),
        _("Application {number} is withdrawn. What was paid is a credit on the account.", number=number),
    )


def _account_of(agreement: int) -> str:
    return agreement_locked(current_session(), agreement).account.number


def _applicant(number: str) -> str:
    found = current_session().get(Application, number)
    if found is None:
        raise Problem("not_found", what="application", key=number)
    return found.account.number


def _on_account(number: str, act: Callable[[], object], words: str) -> ResponseReturnValue:
    try:
        act()
    except Problem as problem:
        current_session().rollback()
        page = account_page(number, problem=problem, entered=request.form.to_dict(), form="agreements")
        return page, problem.status
    flash(words, "good")
    return redirect(url_for("csr.account", number=number))


def _page(number: str, entered: MultiDict[str, str], problem: Problem | None) -> str:
    session = current_session()
    account = find_account(session, number)
    agreements = session.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.account_id == account.id, ServiceAgreement.state == "active")
        .options(joinedload(ServiceAgreement.service_point).joinedload(ServicePoint.premise))
        .order_by(ServiceAgreement.id)
    ).all()
    view = problem_view(problem) if problem else None
    field = view["details"].get("field") if view and view["code"] == "bad_input" else None
    return render_template(
        "csr/stop.html",
        account=account,
        here=services_now(session, [one.service_point for one in agreements]),
        entered=entered,
        today=local(services().clock()).date(),
        problem=view if field is None else None,
        at={field: view["details"]["reason"]} if view and field else {},
    )

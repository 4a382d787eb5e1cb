"""What a CSR notes and changes on the page of an account: contact, notes, programs, adjustments."""

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.accounts import account_page
from server.pages.csr.blueprint import blueprint
from server.pages.csr.premises import premise_page
from server.pages.csr.starting import customer_form
from server.services import services
from server.viewing import _
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.tables import Adjustment
from workorders.usecases.customers.adjust import AdjustmentRequest, request_adjustment
from workorders.usecases.customers.changes import PremiseForm, change_customer, change_premise
from workorders.usecases.customers.notes import add_note, call_back_done
from workorders.usecases.customers.programs import end_enrollment, enroll

cares = allow("csr", "supervisor")
notes = allow("csr", "dispatcher", "cashier", "supervisor")


@blueprint.post("/accounts/<number>/customer")
@cares
def change_contact(number: str) -> ResponseReturnValue:
    """Name, contact and language of the customer."""
    form = request.form

    def act() -> object:
        return change_customer(
            current_session(),
            number,
            customer_form(form),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _done(number, "customer", act, _("The change is kept."))


@blueprint.post("/accounts/<number>/notes")
@notes
def note(number: str) -> ResponseReturnValue:
    """Keep a note, with a day to call back on where one was promised."""
    form = request.form

    def act() -> object:
        return add_note(
            current_session(),
            number,
            kind=form.get("kind", ""),
            words=form.get("words", ""),
            call_back_on=_day("call_back_on"),
            request_id=form.get("note_id") or None,
            now=services().clock(),
            actor=current_staff().name,
        )

    return _done(number, "note", act, _("The note is kept."))


@blueprint.post("/accounts/<number>/notes/<int:note_id>/done")
@notes
def called_back(number: str, note_id: int) -> ResponseReturnValue:
    """Say what came of a call back."""

    def act() -> object:
        return call_back_done(
            current_session(),
            note_id,
            outcome=request.form.get("outcome", ""),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _done(number, "note", act, _("The call-back is done."))


@blueprint.post("/accounts/<number>/programs")
@cares
def add_program(number: str) -> ResponseReturnValue:
    """Set a flag of the account, or put it on a program."""
    form = request.form

    def act() -> object:
        return enroll(
            current_session(),
            number,
            form.get("kind", ""),
            starts_on=day_from_text(form.get("starts_on", ""), field="starts_on"),
            ends_on=_day("ends_on"),
            reason=form.get("reason", ""),
            evidence=form.get("evidence", ""),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _done(number, "program", act, _("It is noted on the account."))


@blueprint.post("/accounts/<number>/programs/<int:program>/ended")
@cares
def end_program(number: str, program: int) -> ResponseReturnValue:
    """End it from today on."""

    def act() -> object:
        return end_enrollment(
            current_session(),
            program,
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _done(number, "program", act, _("It is ended. From today on it holds no more."))


@blueprint.post("/accounts/<number>/adjustments")
@allow("csr", "cashier", "supervisor")
def adjust(number: str) -> ResponseReturnValue:
    """Move money of the account; the form's own id makes sending it twice harmless."""
    form, staff = request.form, current_staff()
    made: list[Adjustment] = []

    def act() -> object:
        asked = AdjustmentRequest(
            id=form.get("adjustment_id", ""),
            account_number=number,
            kind=form.get("kind", ""),
            amount_cents=cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS),
            reason=form.get("reason", ""),
            evidence=form.get("evidence", ""),
            to_account=form.get("to_account", ""),
        )
        made.append(
            request_adjustment(
                current_session(), asked, roles=staff.roles, now=services().clock(), actor=staff.name
            )
        )
        return made

    answer = _done(number, "adjustment", act, "")
    if made and made[0].state == "pending":
        flash(_("It is above your limit and waits for a second person."), "good")
    elif made:
        flash(_("It is posted."), "good")
    return answer


@blueprint.post("/premises/<number>/arrival")
@allow("csr", "dispatcher", "supervisor")
def change_arrival(number: str) -> ResponseReturnValue:
    """What a technician must know on arrival; tablets with an order there get it."""
    form = request.form
    try:
        change_premise(
            current_session(),
            number,
            PremiseForm(
                access_note=form.get("access_note", ""),
                hazard=form.get("hazard", ""),
                dog=form.get("dog") == "yes",
                medical=form.get("medical") == "yes",
            ),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return premise_page(number, problem=problem, entered=form.to_dict(), form="arrival"), problem.status
    flash(_("The change is kept."), "good")
    return redirect(url_for("csr.premise", number=number))


def _day(field: str) -> date | None:
    text = request.form.get(field, "").strip()
    return day_from_text(text, field=field) if text else None


def _done(number: str, form: str, act: Callable[[], object], words: str) -> ResponseReturnValue:
    try:
        act()
    except Problem as problem:
        current_session().rollback()
        page = account_page(number, problem=problem, entered=request.form.to_dict(), form=form)
        return page, problem.status
    if words:
        flash(words, "good")
    return redirect(url_for("csr.account", number=number))

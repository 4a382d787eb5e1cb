"""A bill noted by hand on the page of an account."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.accounts import account_page
from server.pages.csr.blueprint import blueprint
from server.services import services
from server.viewing import _
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.grammar.times import day_from_text
from workorders.problems import Problem
from workorders.usecases.collections.bills import BillRequest, record_bill


@blueprint.post("/accounts/<number>/bills")
@allow("csr", "supervisor")
def note_bill(number: str) -> ResponseReturnValue:
    """Post a bill. Its reference makes sending the form twice harmless."""
    form = request.form
    try:
        asked = BillRequest(
            reference=form.get("reference", "").strip(),
            account_number=number,
            service=form.get("service", ""),
            billed_on=day_from_text(form.get("billed_on", ""), field="billed_on"),
            due_on=day_from_text(form.get("due_on", ""), field="due_on"),
            cents=cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS),
        )
        bill = record_bill(current_session(), asked, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        current_session().rollback()
        return account_page(number, problem=problem, entered=form.to_dict(), form="bill"), problem.status
    if bill.entry_id is None:
        words = _(
            "Bill {reference} is noted. The opening balance holds it already.", reference=bill.reference
        )
    else:
        words = _("Bill {reference} is posted.", reference=bill.reference)
    flash(words, "good")
    return redirect(url_for("csr.account", number=number))

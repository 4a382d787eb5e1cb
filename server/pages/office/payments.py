"""Payments: those that wait for a second person, those recorded lately, and taking one back."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.office.blueprint import blueprint, decides, reads
from server.pages.office.review import PAGE, tabs
from server.payments import list_payments
from server.services import services
from server.viewing import _, current_viewer, problem_view
from workorders.messages.formats import money
from workorders.problems import Problem
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.payments import approval_limit
from workorders.usecases.cash.take_payment_back import take_payment_back


@blueprint.get("/payments")
@reads
def payments() -> ResponseReturnValue:
    """What waits for approval, and recent payments; `?account=` shows one account's."""
    return _page(None)


@blueprint.post("/payments/<payment_id>/decision")
@decides
def decide_payment(payment_id: str) -> ResponseReturnValue:
    """Approve or refuse a payment that somebody else recorded."""
    decision = request.form.get("decision")
    try:
        if decision not in {"approve", "refuse"}:
            raise Problem("bad_input", field="decision", reason="approve or refuse")
        approve_payment(
            current_session(),
            payment_id,
            approve=decision == "approve",
            words=request.form.get("words", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    if decision == "approve":
        flash(_("Payment {payment} is approved and posted.", payment=payment_id), "good")
    else:
        flash(_("Payment {payment} is refused.", payment=payment_id), "good")
    return redirect(url_for("office.payments"))


@blueprint.post("/payments/<payment_id>/take-back")
@reads
def take_back_payment(payment_id: str) -> ResponseReturnValue:
    """Take a payment of the office back. The form's own id makes sending it twice harmless."""
    return _take_back(payment=payment_id)


@blueprint.post("/receipts/take-back")
@reads
def take_back_receipt() -> ResponseReturnValue:
    """Take back a check from the door that the bank returned."""
    return _take_back(receipt=request.form.get("receipt", "").strip())


def _take_back(*, payment: str | None = None, receipt: str | None = None) -> ResponseReturnValue:
    form = request.form
    try:
        row = take_payment_back(
            current_session(),
            form.get("reversal_id", ""),
            payment=payment,
            receipt=receipt,
            kind=form.get("kind", ""),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(problem), problem.status
    flash(_("{amount} taken back.", amount=money(row.amount_cents, current_viewer())), "good")
    return redirect(url_for("office.payments"))


def _page(problem: Problem | None) -> str:
    session, account = current_session(), request.args.get("account", "").strip() or None
    return render_template(
        "office/payments.html",
        waiting=list_payments(session, state="pending", limit=PAGE),
        payments=list_payments(session, account=account, limit=PAGE),
        account=account,
        limit=approval_limit(session, now=services().clock()),
        new_id=lambda: f"R-{uuid.uuid4().hex[:20]}",
        problem=problem_view(problem) if problem else None,
        entered=request.form,
        **tabs(session),
    )

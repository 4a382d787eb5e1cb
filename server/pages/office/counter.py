"""The counter: who pays, what it settles, how it is paid, the receipt; and batches keyed item by item."""

import uuid
from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, handles_cash, reads
from server.pages.office.review import tabs
from server.services import services
from server.viewing import _
from workorders.grammar.money import AMOUNT_MAX_CENTS, PAYMENT_MAX_CENTS, cents_from_text, text_from_cents
from workorders.grammar.numbers import count_from_text
from workorders.policy.allocation import allocated
from workorders.policy.tenders import TENDERS, Tender, settle
from workorders.problems import Problem
from workorders.queries.counter import find_receipt, receipts_of_batch, recent_receipts
from workorders.queries.debts import debt_of
from workorders.queries.drawers import open_drawer_of
from workorders.queries.lookups import account_named
from workorders.queries.offices import points
from workorders.queries.outgoing_mail import letters_of_receipt
from workorders.tables import PaymentBatch
from workorders.usecases.cash.counter import (
    BATCH_CHANNELS,
    close_batch,
    keyed,
    open_batch,
    take_tenders,
    void_receipt,
)
from workorders.usecases.cash.mail_receipt import mail_receipt

ROWS = 3
"""Means of payment that a form offers at once."""
RECENT = 30
BATCH_ROWS = 200


@blueprint.get("/counter")
@handles_cash
def counter() -> ResponseReturnValue:
    """Find an account; see what it owes and what a payment would settle."""
    return _counter(request.args, None)


@blueprint.post("/counter")
@handles_cash
def take_at_counter() -> ResponseReturnValue:
    """Show what the payment settles and the change, or take it."""
    form = request.form
    if form.get("step") != "take":
        return _counter(form, None)

    def act() -> str:
        made = take_tenders(
            current_session(),
            form.get("request_id", ""),
            form.get("account", "").strip(),
            cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS),
            _tenders(form),
            channel="counter",
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.counter_receipt", number=made.number)

    return acted(act, lambda problem: _counter(form, problem))


@blueprint.get("/counter/receipts/<number>")
@reads
def counter_receipt(number: str) -> ResponseReturnValue:
    """The receipt, made for print."""
    return _receipt(number, None)


@blueprint.post("/counter/receipts/<number>/void")
@handles_cash
def void_counter_receipt(number: str) -> ResponseReturnValue:
    """Void it on its day."""

    def act() -> str:
        void_receipt(
            current_session(),
            number,
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.counter_receipt", number=number)

    return acted(act, lambda problem: _receipt(number, problem), said=_("{number} is void.", number=number))


@blueprint.post("/counter/receipts/<number>/mail")
@handles_cash
def mail_counter_receipt(number: str) -> ResponseReturnValue:
    """Send it to the customer's address, once."""

    def act() -> str:
        mail_receipt(
            current_session(),
            number,
            language=str(Locale.parse(services().config.locale).language),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.counter_receipt", number=number)

    return acted(act, lambda problem: _receipt(number, problem), said=_("The receipt is on its way."))


@blueprint.get("/counter/batches")
@reads
def batches() -> ResponseReturnValue:
    """Open batches, the latest closed ones, and a form for another."""
    return _batches(None)


@blueprint.post("/counter/batches")
@handles_cash
def begin_batch() -> ResponseReturnValue:
    """Open a batch over a pile that was added up."""
    form = request.form

    def act() -> str:
        made = open_batch(
            current_session(),
            form.get("channel", ""),
            count_from_text(form.get("control_count", ""), field="control_count"),
            cents_from_text(form.get("control_amount", ""), field="control_amount", most=AMOUNT_MAX_CENTS),
            point=form.get("point") or None,
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.batch", batch_id=made.id)

    return acted(act, _batches)


@blueprint.get("/counter/batches/<batch_id>")
@reads
def batch(batch_id: str) -> ResponseReturnValue:
    """Key a batch, item by item."""
    return _batch(batch_id, None)


@blueprint.post("/counter/batches/<batch_id>")
@handles_cash
def key_item(batch_id: str) -> ResponseReturnValue:
    """Take one item of a batch."""
    form, session = request.form, current_session()

    def act() -> str:
        cents = cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS)
        one = Tender(form.get("tender", ""), cents, form.get("reference", "").strip() or None)
        take_tenders(
            session,
            form.get("request_id", ""),
            form.get("account", "").strip(),
            cents,
            [one],
            channel=_find_batch(session, batch_id).channel,
            now=services().clock(),
            actor=current_staff().name,
            batch_id=batch_id,
        )
        return url_for("office.batch", batch_id=batch_id, tender=one.kind)

    return acted(act, lambda problem: _batch(batch_id, problem))


@blueprint.post("/counter/batches/<batch_id>/closing")
@handles_cash
def close_one_batch(batch_id: str) -> ResponseReturnValue:
    """Close a batch that agrees with its control totals, or with a reason."""

    def act() -> str:
        close_batch(
            current_session(),
            batch_id,
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.batches")

    said = _("{batch} is closed.", batch=batch_id)
    return acted(act, lambda problem: _batch(batch_id, problem), said=said)


def _tenders(form: Mapping[str, str]) -> list[Tender]:
    """The rows of the form that hold an amount. Raises Problem `bad_input`."""
    found = []
    for place in range(ROWS):
        text = form.get(f"tendered-{place}", "").strip()
        if text:
            cents = cents_from_text(text, field="tendered", most=PAYMENT_MAX_CENTS)
            reference = form.get(f"reference-{place}", "").strip() or None
            found.append(Tender(form.get(f"tender-{place}", ""), cents, reference))
    return found


def _counter(given: Mapping[str, str], problem: Problem | None) -> str:
    session, now = current_session(), services().clock()
    view: dict[str, Any] = {"account": None, "allocation": None, "settlement": None}
    number = given.get("account", "").strip()
    amount = given.get("amount", "")
    try:
        if number:
            account = account_named(session, number)
            debt = debt_of(session, account, now=now)
            cents = (
                cents_from_text(amount, field="amount", most=PAYMENT_MAX_CENTS)
                if amount
                else debt.past_due_cents or sum(one.cents for one in debt.open)
            )
            amount = amount or (text_from_cents(cents).lstrip("$") if cents else "")
            view |= {"account": account, "debt": debt, "avoids": debt.needed_cents}
            view["allocation"] = allocated(debt.open, cents) if cents else None
            if given.get("step"):
                view["settlement"] = settle(_tenders(given), cents)
    except Problem as refusal:
        problem = problem or refusal
    return render_template(
        "office/counter.html",
        **view,
        amount=amount,
        rows=range(ROWS),
        tenders=TENDERS,
        drawer=open_drawer_of(session, current_staff().name),
        recent=recent_receipts(session, RECENT),
        request_id=given.get("request_id") or f"CR-{uuid.uuid4().hex[:20]}",
        **(shown(problem) | {"entered": given}),
        **tabs(session),
    )


def _receipt(number: str, problem: Problem | None) -> str:
    session = current_session()
    return render_template(
        "office/counter_receipt.html",
        view=find_receipt(session, number),
        letters=letters_of_receipt(session, number),
        **shown(problem),
        **tabs(session),
    )


def _batches(problem: Problem | None) -> str:
    session = current_session()
    found = select(PaymentBatch).order_by(PaymentBatch.id.desc()).limit(RECENT)
    return render_template(
        "office/batches.html",
        batches=session.scalars(found).all(),
        channels=BATCH_CHANNELS,
        points=points(session),
        **shown(problem),
        **tabs(session),
    )


def _batch(batch_id: str, problem: Problem | None) -> str:
    session = current_session()
    found = _find_batch(session, batch_id)
    count, cents = keyed(session, batch_id)
    return render_template(
        "office/batch.html",
        batch=found,
        count=count,
        cents=cents,
        views=receipts_of_batch(session, batch_id, BATCH_ROWS),
        tenders=TENDERS,
        tender=request.form.get("tender") or request.args.get("tender") or "check",
        request_id=f"CR-{uuid.uuid4().hex[:20]}",
        **shown(problem),
        **tabs(session),
    )


def _find_batch(session: Session, batch_id: str) -> PaymentBatch:
    found = session.get(PaymentBatch, batch_id)
    if found is None:
        raise Problem("not_found", what="batch", key=batch_id)
    return found

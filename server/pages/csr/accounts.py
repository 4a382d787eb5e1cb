"""The page of an account, and taking a payment at the office."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server.auth.guard import current_staff
from server.auth.kept_forms import typed_before
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.pages.csr.service_points import cards
from server.payments import list_payments
from server.services import services
from server.templating import local
from server.viewing import _, problem_view, said
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.judgement.lifecycle import ACTIVE
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.accounts import find_account
from workorders.queries.situation import needed_now
from workorders.tables import (
    Account,
    Hold,
    JournalEntry,
    Notice,
    Order,
    Posting,
    ServiceAgreement,
    ServicePoint,
)
from workorders.usecases.cash.payments import CHANNELS, payment_words, record_payment

RECENT = 12
"""Lines of money and closed orders shown; an order's own page tells the rest."""


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """What an entry did to the customer's balance."""

    at: datetime
    words: str
    cents: int
    order_number: str | None


@blueprint.get("/accounts/<number>")
@reads
def account(number: str) -> ResponseReturnValue:
    """Everything a CSR needs while the customer is on the phone."""
    return _page(number, problem=None, entered=typed_before())


@blueprint.post("/accounts/<number>/payments")
@allow("csr", "cashier", "supervisor")
def pay(number: str) -> ResponseReturnValue:
    """Record a payment at the office. The form's own id makes sending it twice harmless."""
    form = request.form
    try:
        payment = record_payment(
            current_session(),
            form.get("payment_id", ""),
            number,
            cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS),
            form.get("channel", ""),
            now=services().clock(),
            actor=current_staff().name,
            reference=form.get("reference", "").strip() or None,
        )
    except Problem as problem:
        current_session().rollback()
        return _page(number, problem=problem, entered=form.to_dict()), problem.status
    flash(_(payment_words(payment)), "good")
    return redirect(url_for("csr.account", number=number))


def _page(number: str, *, problem: Problem | None, entered: dict[str, str]) -> str:
    session = current_session()
    found = find_account(session, number)
    now = services().clock()
    orders = _orders(session, found)
    return render_template(
        "csr/account.html",
        account=found,
        cards=cards(session, _points(session, found)),
        balance=balance(session, "AR", found.number),
        deposit=-balance(session, "DEP", found.number),
        avoids=needed_now(session, found, now=now),
        payments=list_payments(session, account=found.number, limit=RECENT),
        money=_money(session, found),
        open_orders=[order for order in orders if order.state in ACTIVE],
        past_orders=[order for order in orders if order.state not in ACTIVE][:RECENT],
        notices=session.scalars(
            select(Notice).where(Notice.account_id == found.id).order_by(Notice.sent_on.desc()).limit(RECENT)
        ).all(),
        holds=session.scalars(
            select(Hold).where(Hold.account_id == found.id).order_by(Hold.starts_on.desc())
        ).all(),
        today=local(now).date(),
        channels=CHANNELS,
        payment_id=entered.get("payment_id") or f"P-{uuid.uuid4().hex[:20]}",
        problem=problem_view(problem) if problem else None,
        entered=entered,
    )


def _points(session: Session, account: Account) -> Sequence[ServicePoint]:
    """Where the account is served now; when nowhere, where it was served last."""
    agreements = session.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.account_id == account.id)
        .options(joinedload(ServiceAgreement.service_point).joinedload(ServicePoint.premise))
        .order_by(ServiceAgreement.start_on.desc())
    ).all()
    current = [a.service_point for a in agreements if a.end_on is None]
    return current or [a.service_point for a in agreements[:1]]


def _orders(session: Session, account: Account) -> Sequence[Order]:
    return session.scalars(
        select(Order)
        .where(Order.account_id == account.id)
        .options(joinedload(Order.technician))
        .order_by(Order.requested_at.desc(), Order.number.desc())
        .limit(100)
    ).all()


def _money(session: Session, account: Account) -> list[MoneyLine]:
    rows = session.execute(
        select(JournalEntry, Posting.amount_cents)
        .join(Posting, Posting.entry_id == JournalEntry.id)
        .where(Posting.ledger == "AR", Posting.party == account.number)
        .order_by(JournalEntry.effective_at.desc(), JournalEntry.id.desc())
        .limit(RECENT)
    )
    return [
        MoneyLine(entry.effective_at, said(entry.message), cents, entry.order_number) for entry, cents in rows
    ]

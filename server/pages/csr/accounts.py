"""The page of an account, and taking a payment at the office."""

import uuid
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.pages.csr.recent import looked_at
from server.pages.csr.service_points import PointCard, cards
from server.payments import list_payments
from server.services import services
from server.templating import local
from server.viewing import _, problem_view, said
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.judgement.lifecycle import ACTIVE
from workorders.policy.cash_control import CASH_METHODS
from workorders.policy.likely_actions import ServedPoint
from workorders.policy.rule_fields import HOLD_KINDS
from workorders.problems import Problem
from workorders.queries.account_care import account_care
from workorders.queries.accounts import find_account
from workorders.queries.agreements import agreements_of_account, waiting_applications
from workorders.queries.debts import debt_of, latest_bills
from workorders.queries.drawers import open_drawer_of
from workorders.queries.likely_actions import likely_actions
from workorders.queries.recovery import liens_of_account, mail_of_account, placement_of
from workorders.queries.register_reads import registers_at
from workorders.tables import (
    Account,
    Hold,
    HoldEvent,
    JournalEntry,
    Notice,
    Order,
    Posting,
    ServiceAgreement,
    ServicePoint,
)
from workorders.usecases.cash.payments import CHANNELS, payment_words, record_payment
from workorders.usecases.collections.bills import BILL_CLASSES

RECENT = 12
"""Lines of money and closed orders shown; an order's own page shows the rest."""


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
    return account_page(number, entered={})


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
            method=form.get("method") or None,
        )
    except Problem as problem:
        current_session().rollback()
        return account_page(number, problem=problem, entered=form.to_dict(), form="payment"), problem.status
    flash(_(payment_words(payment)), "good")
    return redirect(url_for("csr.account", number=number))


def account_page(
    number: str, *, entered: dict[str, str], problem: Problem | None = None, form: str = "payment"
) -> str:
    """The page, with a problem at the `form` it belongs to and what was entered there."""
    session = current_session()
    found = find_account(session, number)
    looked_at("account", found.number)
    now = services().clock()
    orders = _orders(session, found)
    shown = cards(session, _points(session, found))
    debt, agreements = debt_of(session, found, now=now), agreements_of_account(session, found)
    stopping = {one.agreement.service_point_id for one in agreements if one.agreement.state == "stopping"}
    return render_template(
        "csr/account.html",
        account=found,
        cards=shown,
        balance=debt.balance_cents,
        deposit=debt.deposit_cents,
        avoids=debt.needed_cents,
        actions=likely_actions(
            session,
            found,
            [(served(card, stopping), card.point.service) for card in shown if card.account == found],
            balance_cents=debt.balance_cents,
            deposit_cents=debt.deposit_cents,
            owed_cents=debt.needed_cents,
            now=now,
        ),
        payments=list_payments(session, account=found.number, limit=RECENT),
        money=_money(session, found),
        open_orders=[order for order in orders if order.state in ACTIVE],
        past_orders=[order for order in orders if order.state not in ACTIVE][:RECENT],
        notices=session.scalars(
            select(Notice).where(Notice.account_id == found.id).order_by(Notice.sent_on.desc()).limit(RECENT)
        ).all(),
        today=local(now).date(),
        registers=registers_at(session, [card.point.id for card in shown if card.account == found]),
        channels=CHANNELS,
        debt=debt,
        bills=latest_bills(session, found, limit=RECENT),
        bill_classes=BILL_CLASSES,
        drawer=open_drawer_of(session, current_staff().name),
        methods=CASH_METHODS,
        payment_id=entered.get("payment_id") or f"P-{uuid.uuid4().hex[:20]}",
        problem=problem_view(problem) if problem else None,
        **_holds(session, found),
        agreements=agreements,
        **account_care(session, found, current_staff().roles, now=now),
        adjustment_id=entered.get("adjustment_id") or f"ADJ-{uuid.uuid4().hex[:20]}",
        note_id=entered.get("note_id") or f"N-{uuid.uuid4().hex[:20]}",
        mail_back=mail_of_account(session, found.id),
        placement=placement_of(session, found.id),
        liens=liens_of_account(session, found.id),
        applications=waiting_applications(session, found, now=now),
        at_form=form,
        entered=entered,
    )


def _holds(session: Session, account: Account) -> dict[str, Any]:
    """The account's holds, what was done about them, and the kinds there are."""
    events = (
        select(HoldEvent, Hold.kind)
        .join(Hold, Hold.id == HoldEvent.hold_id)
        .where(Hold.account_id == account.id)
        .order_by(HoldEvent.id.desc())
        .limit(RECENT)
    )
    holds = select(Hold).where(Hold.account_id == account.id).order_by(Hold.starts_on.desc())
    return {
        "holds": session.scalars(holds).all(),
        "hold_events": session.execute(events).all(),
        "hold_kinds": HOLD_KINDS,
    }


def served(card: PointCard, stopping: Container[int]) -> ServedPoint:
    """A card as the rules of likely actions see it."""
    return ServedPoint(
        card.point.number,
        card.point.state,
        has_meter=card.meter is not None,
        stopping=card.point.id in stopping,
        active=tuple((order.type, order.number) for order in card.active_orders),
    )


def _points(session: Session, account: Account) -> Sequence[ServicePoint]:
    """Where the account is served now; when nowhere, where it was served last."""
    agreements = session.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.account_id == account.id)
        .options(joinedload(ServiceAgreement.service_point).joinedload(ServicePoint.premise))
        .order_by(ServiceAgreement.start_on.desc())
    ).all()
    current = [a.service_point for a in agreements if a.serving]
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

"""Notes with call-backs, programs, credits and refunds, and what a second person approves."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.month.customers import LAST_DAYS
from demo.month.stage import CSR, SUPERVISOR, Month
from workorders.queries.worklists import worklists
from workorders.tables import (
    Account,
    AccountNote,
    Adjustment,
    Application,
    LedgerBalance,
    PendingPayment,
    ServiceAgreement,
)
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.customers.adjust import AdjustmentRequest, decide_adjustment, request_adjustment
from workorders.usecases.customers.approvals import withdraw_application
from workorders.usecases.customers.notes import add_note, call_back_done
from workorders.usecases.customers.programs import enroll
from workorders.usecases.customers.stop_service import arrange_again

WEDNESDAY = 2
NOTES, CREDITS, PROGRAMS = 0.3, 0.08, 0.05
"""Each day for a thousand accounts."""
CREDIT_CENTS = (2_500, 4_000, 12_500)
"""The last is above what customer service posts alone; the first credit of a month is one of those."""
LARGE_CENTS = 620_000
"""A payment in advance that needs a second person, once a week."""
APPROVED = 0.85
WAITS_DAYS = 4
"""An application that nobody paid is withdrawn after that many days."""


def care(month: Month) -> None:
    """The day's notes, programs and requests for credit."""
    month.act(_ask)


def _ask(month: Month, session: Session) -> None:
    rng = month.rng("care")
    numbers = session.scalars(
        select(Account.number).where(Account.status == "active").order_by(Account.id).limit(month.accounts)
    ).all()
    for _ in range(month.quota("note", NOTES, least=3, until=LAST_DAYS)):
        back = month.today + timedelta(days=rng.randint(0, 2))
        words = "Asked how the last bill came about."
        by = {"kind": "call_in", "words": words, "call_back_on": back, "actor": CSR}
        month.attempt(session, "note", add_note, rng.choice(numbers), **by)
    for _ in range(month.quota("program", PROGRAMS, least=1, until=LAST_DAYS)):
        by = {"starts_on": month.today, "ends_on": None, "reason": "asked for even payments", "actor": CSR}
        month.attempt(session, "program", enroll, rng.choice(numbers), "budget_plan", **by)
    for place in range(month.quota("credit", CREDITS, least=3, until=LAST_DAYS)):
        asked = AdjustmentRequest(
            id=f"credit-{month.today:%m%d}-{place}",
            account_number=rng.choice(numbers),
            kind="credit",
            amount_cents=12_500 if not month.tally["adjustments"] else rng.choice(CREDIT_CENTS),
            reason="leak at the service line, repaired",
            evidence="plumber's invoice (demo)",
        )
        made = month.attempt(session, "credit", request_adjustment, asked, roles={CSR}, actor=CSR)
        month.tally["adjustments"] += made is not None
    if month.today.weekday() == WEDNESDAY and not month.is_last:
        _large(month, session, rng.choice(numbers))
    _refunds(month, session)


def _large(month: Month, session: Session, number: str) -> None:
    """Somebody pays far ahead by telephone."""
    id_ = f"large-{month.today:%m%d}"
    made = month.attempt(session, "large", record_payment, id_, number, LARGE_CENTS, "phone", actor=CSR)
    if made is not None:
        month.paid[id_] = LARGE_CENTS
        month.tally["payments"] += 1


def _refunds(month: Month, session: Session) -> None:
    """Who has left with a credit gets it: made payable, then paid out, by the supervisor within the limit."""
    for ledger, kind in (("AR", "refund"), ("REFUND", "refund_paid")):
        rows = session.execute(
            select(Account.number, LedgerBalance.amount_cents)
            .join(LedgerBalance, (LedgerBalance.party == Account.number) & (LedgerBalance.ledger == ledger))
            .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
            .where(ServiceAgreement.state == "final_billed", LedgerBalance.amount_cents < 0)
            .distinct()
            .order_by(Account.number)
        ).all()
        for number, cents in rows:
            asked = AdjustmentRequest(
                id=f"{kind}-{month.today:%m%d}-{number}",
                account_number=number,
                kind=kind,
                amount_cents=-cents,
                reason="credit of a closed account",
            )
            month.attempt(session, kind, request_adjustment, asked, roles={SUPERVISOR}, actor=SUPERVISOR)
            month.tally["refunds"] += kind == "refund_paid"


def answer_worklists(month: Month) -> None:
    """What waits for a person: call-backs, second signatures, applications not paid, stuck agreements."""
    month.act(_call_back)
    month.act(_second_person)
    month.act(_agreements)


def _call_back(month: Month, session: Session) -> None:
    due = session.scalars(
        select(AccountNote.id)
        .where(AccountNote.call_back_on <= month.today, AccountNote.done_at.is_(None))
        .order_by(AccountNote.id)
    ).all()
    for one in due:
        month.attempt(session, "call back", call_back_done, one, outcome="explained", actor=CSR)
        month.tally["call_backs"] += 1


def _second_person(month: Month, session: Session) -> None:
    for one in session.scalars(
        select(PendingPayment.id).where(PendingPayment.state == "pending").order_by(PendingPayment.id)
    ).all():
        yes = month.rng("approve", one).random() < APPROVED
        by = {"approve": yes, "words": "seen with the remittance", "actor": SUPERVISOR}
        month.attempt(session, "approve payment", approve_payment, one, **by)
        month.tally["payments_approved" if yes else "payments_refused"] += 1
    for adjustment in session.scalars(
        select(Adjustment.id).where(Adjustment.state == "pending").order_by(Adjustment.id)
    ).all():
        yes = month.rng("approve", adjustment).random() < APPROVED
        by = {"approve": yes, "words": "by the invoice on file", "actor": SUPERVISOR}
        month.attempt(session, "approve adjustment", decide_adjustment, adjustment, **by)
        month.tally["adjustments_decided"] += 1


def _agreements(month: Month, session: Session) -> None:
    patience = timedelta(days=0 if month.is_last else WAITS_DAYS)
    for one in session.scalars(
        select(Application.id)
        .where(Application.state == "applied", Application.applied_at <= month.now - patience)
        .order_by(Application.id)
    ).all():
        why = "nobody paid what is required"
        month.attempt(session, "withdraw", withdraw_application, one, reason=why, actor=CSR)
        month.tally["applications_withdrawn"] += 1
    for agreement in worklists(session, CSR, now=month.now).stuck:
        month.attempt(session, "arrange again", arrange_again, agreement.id, actor=CSR)
        month.tally["arranged_again"] += 1

"""Applications approved once what they require is paid, reopened when it is taken back, waived, withdrawn."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import TRANSITIONS, Command, State
from workorders.ledger import reverse_posted
from workorders.messages.message import Message
from workorders.policy.agreements import Step
from workorders.policy.start_service import Start
from workorders.problems import Problem
from workorders.queries.applications import outstanding_of
from workorders.queries.lookups import lock_account, order_for_update
from workorders.tables import Account, Application, JournalEntry, ServiceAgreement
from workorders.usecases.customers.arrange import arrange_start
from workorders.usecases.customers.audit import note_agreement, take_step
from workorders.usecases.field.refusals import reason_of
from workorders.usecases.orders.cancel import cancel_order


def reconsider_applications(session: Session, account: Account, *, now: datetime, actor: str) -> None:
    """Approve what the customer's accounts have met by now, and reopen what they no longer meet.

    Called whenever money reached one of them or was taken back. The account is locked by the caller.
    """
    session.flush()
    waiting = session.scalars(
        select(Application)
        .join(Account, Account.id == Application.account_id)
        .where(
            Account.customer_id == account.customer_id,
            Application.state.in_(("applied", "approved")),
            Application.id.in_(
                select(ServiceAgreement.application_id).where(
                    ServiceAgreement.state.in_(("applied", "approved"))
                )
            ),
        )
        .order_by(Application.id)
    ).all()
    for application in waiting:
        left = outstanding_of(session, application, now=now)
        if application.state == "applied" and left == 0:
            _approve(session, application, now=now, actor=actor)
        elif application.state == "approved" and left > 0 and application.reason is None:
            _reopen(session, application, now=now, actor=actor)


def waive_requirements(
    session: Session, application_id: str, *, reason: str, now: datetime, actor: str
) -> Application:
    """Let service start without what was required: fee and deposit that were billed are reversed.

    A supervisor's decision. Raises Problem `not_found`, `application_decided`, and `bad_input` without a
    reason.
    """
    application = _open(session, application_id)
    application.reason = _reason(reason)
    _reverse(session, application, Message("entry.application_waived"), now=now)
    for agreement in agreements_of(session, application):
        note_agreement(
            session,
            agreement,
            "waived",
            before=agreement.state,
            now=now,
            actor=actor,
            reason=application.reason,
        )
    _approve(session, application, now=now, actor=actor)
    return application


def withdraw_application(
    session: Session, application_id: str, *, reason: str, now: datetime, actor: str
) -> Application:
    """End an application whose service has not begun: its orders are cancelled, its charges reversed.

    What was paid stays on the account as a credit. Services of it that have begun go on. Raises Problem as
    `waive_requirements`, and `agreement_is` when all of them have begun.
    """
    application = _open(session, application_id, approved=True)
    reason = _reason(reason)
    waiting = [one for one in agreements_of(session, application) if one.state in ("applied", "approved")]
    if not waiting:
        raise Problem("agreement_is", agreement_state="active", step=Step.WITHDRAWN.value)
    started = len(waiting) < len(agreements_of(session, application))
    for agreement in waiting:
        if agreement.start_order is not None and agreement.starts_by == Start.VISIT.value:
            _call_off(session, agreement.start_order, application, now=now, actor=actor)
        take_step(session, agreement, Step.WITHDRAWN, now=now, actor=actor, reason=reason)
    if not started:
        _reverse(session, application, Message("entry.application_withdrawn"), now=now)
        application.state, application.reason = "withdrawn", reason
        application.decided_at, application.decided_by = now, actor[:80]
    session.flush()
    return application


def agreements_of(session: Session, application: Application) -> Sequence[ServiceAgreement]:
    """Its agreements, a service point each."""
    return session.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.application_id == application.id)
        .order_by(ServiceAgreement.id)
    ).all()


def _approve(session: Session, application: Application, *, now: datetime, actor: str) -> None:
    application.state = "approved"
    application.decided_at, application.decided_by = now, actor[:80]
    for agreement in agreements_of(session, application):
        if agreement.state != "applied":
            continue
        take_step(session, agreement, Step.APPROVED, now=now, actor=actor)
        try:
            with session.begin_nested():
                arrange_start(session, agreement, now=now, actor=actor)
        except Problem as problem:
            # The money counts all the same; the account's page says what stands in the way.
            note_agreement(
                session,
                agreement,
                "not_arranged",
                before=agreement.state,
                now=now,
                actor=actor,
                reason=reason_of(problem).as_json(),
            )
    session.flush()


def _reopen(session: Session, application: Application, *, now: datetime, actor: str) -> None:
    application.state, application.decided_at, application.decided_by = "applied", None, None
    for agreement in agreements_of(session, application):
        if agreement.state != "approved":
            continue
        take_step(session, agreement, Step.REOPENED, now=now, actor=actor)
        if agreement.start_order is not None and agreement.starts_by == Start.VISIT.value:
            _call_off(session, agreement.start_order, application, now=now, actor=actor)
        agreement.start_order, agreement.starts_by = None, None
    session.flush()


def _call_off(session: Session, number: str, application: Application, *, now: datetime, actor: str) -> None:
    order = order_for_update(session, number)
    if (State(order.state), Command.CANCEL) in TRANSITIONS:
        reason = Message.of("reason.application", application=application.id)
        cancel_order(session, number, reason=reason, now=now, actor=actor)


def _reverse(session: Session, application: Application, message: Message, *, now: datetime) -> None:
    source = f"application:{application.id}"
    purposes = session.scalars(
        select(JournalEntry.purpose).where(JournalEntry.source == source).order_by(JournalEntry.id)
    ).all()
    for purpose in purposes:
        reverse_posted(session, source, purpose, by=f"{source}:back", message=message, now=now)


def _open(session: Session, application_id: str, *, approved: bool = False) -> Application:
    found = session.get(Application, application_id)
    if found is None:
        raise Problem("not_found", what="application", key=application_id)
    lock_account(session, found.account_id)
    session.refresh(found)
    if found.state not in (("applied", "approved") if approved else ("applied",)):
        raise Problem("application_decided", application=found.id)
    return found


def _reason(reason: str) -> str:
    found = checked_line(reason, field="reason")
    if not found:
        raise Problem("bad_input", field="reason", reason="it is needed")
    return found

"""What becomes of a printed notice: mailed, come back, and the customer reached after that."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.judgement.charging import fee_entry
from workorders.ledger import draft, post_many
from workorders.policy.notices import notice_steps
from workorders.problems import Problem
from workorders.queries.debtors import debtors_named
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account
from workorders.queries.notice_run import NoticeJudge
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Notice, NoticeBatch, ReturnedMail
from workorders.usecases.collections.cycles import steps_taken
from workorders.usecases.collections.returned_mail import note_returned, settle_returned
from workorders.usecases.history import enqueue_orders_of


def mark_mailed(session: Session, batch_id: int, *, on: date, now: datetime, actor: str) -> NoticeBatch:
    """The batch went out on that day: from it on its notices count, and late charges are posted.

    A late charge is left out for who has paid meanwhile. Again with the same day it changes nothing. Raises
    Problem `not_found`, `already_mailed`, and `bad_input` for a day before the batch was made or ahead.
    """
    batch = session.get(NoticeBatch, batch_id, with_for_update=True)
    if batch is None:
        raise Problem("not_found", what="batch of notices", key=batch_id)
    if batch.mailed_on is not None:
        if batch.mailed_on == on:
            return batch
        raise Problem("already_mailed")
    district = district_of(session)
    if not district.day_of(batch.made_at) <= on <= district.day_of(now):
        raise Problem("bad_input", field="mailed_on", reason="from the day it was printed to today")
    batch.mailed_on, batch.mailed_by = on, actor[:80]
    printed = session.execute(
        select(Notice, Account.number)
        .join(Account, Account.id == Notice.account_id)
        .where(
            Notice.batch_id == batch.id,
            Notice.state == "printed",
            # A tag that somebody takes to the door counts from the hour it hangs there.
            Notice.order_number.is_(None),
        )
        .order_by(Notice.account_id, Notice.id)
    ).all()
    for notice, _ in printed:
        notice.valid_until += on - notice.sent_on
        notice.state, notice.sent_on = "sent", on
    for kind in sorted({notice.kind for notice, _ in printed}):
        accounts = [notice.account_id for notice, _ in printed if notice.kind == kind]
        steps_taken(session, kind, batch.day, now=now, actor=actor, accounts=accounts)
    post_late_charges(session, [(notice, number) for notice, number in printed], batch.day, now=now)
    session.flush()
    return batch


def mail_returned(session: Session, notice_id: int, *, on: date, now: datetime, actor: str) -> Notice:
    """The notice's mail came back, the post does not say why.

    Raises Problem `not_found`, and as `returned_mail.note_returned`.
    """
    notice = _notice(session, notice_id)
    note_returned(session, notice, on=on, reason="other", now=now, actor=actor)
    return notice


def customer_reached(session: Session, notice_id: int, *, note: str, now: datetime, actor: str) -> Notice:
    """The customer was reached after mail had come back: the notice is due again.

    `note` says how, with the number or the address. Raises Problem `not_found`, `notice_not_sent`,
    `bad_input`.
    """
    note = checked_line(note, field="reason")
    if not note:
        raise Problem("bad_input", field="reason", reason="say how the customer was reached")
    notice = _notice(session, notice_id)
    lock_account(session, notice.account_id)
    session.refresh(notice, with_for_update=True)
    if notice.returned_on is None:
        raise Problem("notice_not_sent")
    for found in session.scalars(
        select(ReturnedMail).where(ReturnedMail.notice_id == notice.id, ReturnedMail.state == "open")
    ):
        settle_returned(session, found, "reached", note=note, now=now, actor=actor)
    notice.contacted_on = district_of(session).day_of(now)
    notice.contact_note, notice.contacted_by = note, actor[:80]
    session.flush()
    return notice


def post_late_charges(
    session: Session, mailed: Sequence[tuple[Notice, str]], day: date, *, now: datetime
) -> None:
    """Late charges of notices (with their accounts' numbers) by the steps and fees of `day`, as printed.

    Tablets that have an order of such an account get its new balance.
    """
    steps = {step.kind: step for step in notice_steps(rule_book(session).in_force(day)).steps}
    notices = [(n, number) for n, number in mailed if n.kind in steps and steps[n.kind].late_charge]
    if not notices:
        return
    for notice, _ in notices:
        lock_account(session, notice.account_id)
    judge = NoticeJudge(session, day)
    owing = {
        one.facts.number: one for one in debtors_named(session, [number for _, number in notices], now=now)
    }
    entries = []
    for notice, number in notices:
        debtor = owing.get(number)
        if debtor is None or judge.past_due_cents(debtor) <= 0:
            continue
        charge = judge.late_charge(debtor, steps[notice.kind])
        made = fee_entry(charge) if charge is not None else None
        if made is not None:
            entries.append(
                draft(
                    source=f"notice:{notice.id}",
                    purpose=made.purpose,
                    message=made.message,
                    lines=made.lines,
                    parties={"account": number},
                    effective_at=now,
                )
            )
    post_many(session, entries, now=now)
    enqueue_orders_of(session, sorted(notice.account_id for notice, _ in notices), now=now)


def _notice(session: Session, notice_id: int) -> Notice:
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise Problem("not_found", what="notice", key=notice_id)
    return notice

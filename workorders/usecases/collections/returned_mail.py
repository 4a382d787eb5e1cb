"""Mail that came back: noted by its number, and followed up until the address is known again."""

import re
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.numbers import ID_MAX
from workorders.grammar.texts import checked_line
from workorders.policy.recovery import RESOLUTIONS, RETURN_REASONS, voided_kinds
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Customer, Notice, RecordChange, ReturnedMail, ServiceAgreement

OLDEST = timedelta(days=366)
_NUMBER = re.compile(r"\*?N([0-9]{8,10})\*?", re.IGNORECASE)
"""The number printed under a letter, as a scanner reads it (Code 39 has a star at each end) or by hand."""


def notice_number(notice_id: int) -> str:
    """What is printed under a letter: `N00000012`."""
    return f"N{notice_id:08d}"


def note_scanned(
    session: Session,
    scanned: str,
    *,
    on: date,
    reason: str,
    new_address: str = "",
    now: datetime,
    actor: str,
) -> ReturnedMail:
    """Mail came back, named by the number under the letter, or by its account for mail of another kind.

    Raises Problem as `note_returned`, and `not_found`.
    """
    text = checked_line(scanned, field="scanned")
    if not text:
        raise Problem("bad_input", field="scanned", reason="scan or type the number on the letter")
    found = _NUMBER.fullmatch(text)
    number = int(found[1]) if found is not None else 0
    notice = session.get(Notice, number) if 0 < number <= ID_MAX else None
    if notice is not None:
        return note_returned(
            session, notice, on=on, reason=reason, new_address=new_address, now=now, actor=actor
        )
    account = account_named(session, text)
    lock_account(session, account.id)
    _check_day(session, on, first=district_of(session).day_of(now) - OLDEST, now=now)
    same = select(ReturnedMail).where(
        ReturnedMail.account_id == account.id,
        ReturnedMail.notice_id.is_(None),
        ReturnedMail.returned_on == on,
        ReturnedMail.reason == reason,
        ReturnedMail.state == "open",
    )
    known = session.scalars(same.limit(1)).first()
    if known is not None:
        # Sent twice: the same piece of mail.
        return known
    return _note(
        session,
        account.id,
        None,
        on=on,
        reason=reason,
        new_address=new_address,
        now=now,
        actor=actor,
    )


def note_returned(
    session: Session,
    notice: Notice,
    *,
    on: date,
    reason: str,
    new_address: str = "",
    now: datetime,
    actor: str,
) -> ReturnedMail:
    """A notice's mail came back: the address is doubted, and by the rule it does not count as served.

    Raises Problem `notice_not_sent`, `mail_noted`, and `bad_input` for a day before it was sent or ahead.
    """
    lock_account(session, notice.account_id)
    session.refresh(notice, with_for_update=True)
    if notice.returned_on is not None:
        raise Problem("mail_noted")
    if notice.state != "sent":
        raise Problem("notice_not_sent")
    _check_day(session, on, first=notice.sent_on, now=now)
    made = _note(
        session,
        notice.account_id,
        notice.id,
        on=on,
        reason=reason,
        new_address=new_address,
        now=now,
        actor=actor,
    )
    rules = rule_book(session).in_force(notice.sent_on)
    notice.returned_on, notice.returned_by = on, actor[:80]
    if notice.kind in voided_kinds(rules):
        notice.state = "returned"
    session.flush()
    return made


def resolve_returned(
    session: Session,
    returned_id: int,
    resolution: str,
    *,
    note: str,
    new_address: str = "",
    now: datetime,
    actor: str,
) -> ReturnedMail:
    """The address is known again: the account gets notices as before, and one that did not count is due anew.

    `new_address` becomes where the customer's letters go. Posting at the door is `door_post.post_at_door`.
    Raises Problem `not_found`, `mail_resolved`, and `bad_input` naming the field.
    """
    if resolution not in RESOLUTIONS or resolution == "door":
        known = ", ".join(one for one in RESOLUTIONS if one != "door")
        raise Problem("bad_input", field="resolution", reason=Reason("one of {known}", known=known))
    note = checked_line(note, field="note")
    if not note:
        raise Problem("bad_input", field="note", reason="say how the customer was reached")
    found = open_returned(session, returned_id)
    if resolution == "new_address":
        address = checked_line(new_address, field="new_address") or found.new_address
        if not address:
            raise Problem("bad_input", field="new_address", reason="it is needed")
        _write_address(session, found.account_id, address, reason=note, now=now, actor=actor)
    settle_returned(session, found, resolution, note=note, now=now, actor=actor)
    return found


def open_returned(session: Session, returned_id: int) -> ReturnedMail:
    """A piece of mail to be followed up, its account locked. Raises Problem `not_found`, `mail_resolved`."""
    found = session.get(ReturnedMail, returned_id)
    if found is None:
        raise Problem("not_found", what="returned mail", key=returned_id)
    lock_account(session, found.account_id)
    # The row alone: an outer join cannot be locked on PostgreSQL.
    row = select(ReturnedMail).where(ReturnedMail.id == returned_id).with_for_update()
    found = session.scalars(row.execution_options(populate_existing=True)).one()
    if found.state != "open":
        raise Problem("mail_resolved")
    return found


def settle_returned(
    session: Session, found: ReturnedMail, resolution: str, *, note: str, now: datetime, actor: str
) -> None:
    """Close it, and let the notice that was in it be sent again."""
    found.state, found.resolution, found.note = "resolved", resolution, note
    found.resolved_at, found.resolved_by = now, actor[:80]
    notice = session.get(Notice, found.notice_id) if found.notice_id is not None else None
    if notice is not None and notice.contacted_on is None:
        notice.contacted_on = district_of(session).day_of(now)
        notice.contact_note, notice.contacted_by = note, actor[:80]
    session.flush()


def _note(
    session: Session,
    account_id: int,
    notice_id: int | None,
    *,
    on: date,
    reason: str,
    new_address: str,
    now: datetime,
    actor: str,
) -> ReturnedMail:
    if reason not in RETURN_REASONS:
        raise Problem(
            "bad_input", field="reason", reason=Reason("one of {known}", known=", ".join(RETURN_REASONS))
        )
    made = ReturnedMail(
        account_id=account_id,
        notice_id=notice_id,
        returned_on=on,
        reason=reason,
        new_address=checked_line(new_address, field="new_address") or None,
        noted_at=now,
        noted_by=actor[:80],
        state="open",
    )
    session.add(made)
    session.flush()
    return made


def _check_day(session: Session, on: date, *, first: date, now: datetime) -> None:
    if not first <= on <= district_of(session).day_of(now):
        raise Problem("bad_input", field="returned_on", reason="from the day it was sent to today")


def _write_address(
    session: Session, account_id: int, address: str, *, reason: str, now: datetime, actor: str
) -> None:
    """Letters of the customer go there; so does what is left to write to who has left."""
    customer_id = session.get_one(Account, account_id).customer_id
    mine = select(Customer).where(Customer.id == customer_id).with_for_update()
    customer = session.scalars(mine.execution_options(populate_existing=True)).one()
    changes: dict[str, list[str | None]] = {}
    if customer.mailing_address != address:
        changes["mailing_address"] = [customer.mailing_address, address]
        customer.mailing_address = address
    left = select(ServiceAgreement).where(
        ServiceAgreement.account_id == account_id, ServiceAgreement.forwarding_address.is_not(None)
    )
    last = session.scalars(left.order_by(ServiceAgreement.id.desc()).limit(1)).first()
    if last is not None and last.forwarding_address != address:
        changes["forwarding_address"] = [last.forwarding_address, address]
        last.forwarding_address = address
    if changes:
        subject = f"customer:{customer.id}"
        session.add(RecordChange(subject=subject, at=now, actor=actor[:80], reason=reason, changes=changes))

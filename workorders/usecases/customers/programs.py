"""Programs and flags of an account. What protects from a cut is a hold, and goes there by this same door."""

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.grammar.times import checked_day
from workorders.policy.programs import EVIDENCE, PROGRAMS, PROTECTING
from workorders.policy.rule_fields import HOLD_KINDS
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.tables import Account, Enrollment, Hold
from workorders.usecases.collections.holds import add_hold

SPAN = timedelta(days=10 * 366)


def enroll(
    session: Session,
    account_number: str,
    kind: str,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    evidence: str = "",
    now: datetime,
    actor: str,
) -> Enrollment | Hold:
    """Put an account on a program, or set a flag of it; one that protects from a cut becomes a hold.

    Raises Problem `not_found`, `enrolled_already`, and `bad_input` naming the field.
    """
    if kind in PROTECTING and kind in HOLD_KINDS:
        return add_hold(
            session,
            account_number,
            kind,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            evidence=evidence,
            now=now,
            actor=actor,
        )
    if kind not in PROGRAMS:
        known = ", ".join((*PROGRAMS, *PROTECTING))
        raise Problem("bad_input", field="kind", reason=Reason("one of {known}", known=known))
    reason, evidence = checked_line(reason, field="reason"), checked_line(evidence, field="evidence")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    if kind in EVIDENCE and not evidence:
        raise Problem("bad_input", field="evidence", reason="say what proves it")
    today = district_of(session).day_of(now)
    if abs(checked_day(starts_on, field="starts_on") - today) > SPAN:
        raise Problem("bad_input", field="starts_on", reason="within ten years of today")
    if ends_on is not None and checked_day(ends_on, field="ends_on") < max(starts_on, today):
        raise Problem("bad_input", field="ends_on", reason="it is before the beginning, or past")
    account = account_named(session, account_number)
    lock_account(session, account.id)
    if _lasting(session, account, kind, today) is not None:
        raise Problem("enrolled_already")
    made = Enrollment(
        account_id=account.id,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        evidence=evidence or None,
        added_at=now,
        added_by=actor[:80],
    )
    session.add(made)
    session.flush()
    follow_tax_exemptions(session, now=now, account_id=account.id)
    return made


def end_enrollment(
    session: Session, enrollment_id: int, *, reason: str, now: datetime, actor: str
) -> Enrollment:
    """End it: from today on it holds no more. Raises Problem `not_found`, `enrollment_over`, `bad_input`."""
    found = session.get(Enrollment, enrollment_id)
    if found is None:
        raise Problem("not_found", what="program", key=enrollment_id)
    lock_account(session, found.account_id)
    session.refresh(found)
    today = district_of(session).day_of(now)
    if found.ended_at is not None or (found.ends_on is not None and found.ends_on < today):
        raise Problem("enrollment_over")
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    found.ends_on = today - timedelta(days=1)
    found.ended_at, found.ended_by, found.end_reason = now, actor[:80], reason
    session.flush()
    follow_tax_exemptions(session, now=now, account_id=found.account_id)
    return found


def follow_tax_exemptions(session: Session, *, now: datetime, account_id: int | None = None) -> int:
    """Let `account.tax_exempt`, which fees ask, say what the enrollments say today; how many changed.

    An exemption that was imported without an enrollment stays until one is recorded for the account.
    """
    today = district_of(session).day_of(now)
    known = select(Enrollment.account_id).where(Enrollment.kind == "tax_exempt")
    lasting = known.where(
        Enrollment.starts_on <= today, (Enrollment.ends_on.is_(None)) | (Enrollment.ends_on >= today)
    )
    changed = 0
    for exempt, accounts in ((True, lasting), (False, known.except_(lasting))):
        query = update(Account).where(Account.id.in_(accounts), Account.tax_exempt.is_not(exempt))
        if account_id is not None:
            query = query.where(Account.id == account_id)
        result = session.execute(query.values(tax_exempt=exempt))
        changed += result.rowcount  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
    return changed


def _lasting(session: Session, account: Account, kind: str, today: date) -> Enrollment | None:
    return session.scalar(
        select(Enrollment)
        .where(
            Enrollment.account_id == account.id,
            Enrollment.kind == kind,
            (Enrollment.ends_on.is_(None)) | (Enrollment.ends_on >= today),
        )
        .limit(1)
    )

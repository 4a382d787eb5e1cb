"""What an account's page shows of notes, changes, programs and adjustments."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.policy.adjustments import KINDS, limit_of
from workorders.policy.programs import NOTE_KINDS, PROGRAMS, PROTECTING
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, AccountNote, Adjustment, Enrollment, RecordChange

RECENT = 12


def account_care(
    session: Session, account: Account, roles: Iterable[str], *, now: datetime
) -> dict[str, Any]:
    """Names as the template has them; `roles` are those of whoever looks, for their limit."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    return {
        "notes": session.scalars(
            select(AccountNote)
            .where(AccountNote.account_id == account.id)
            .order_by(AccountNote.id.desc())
            .limit(RECENT)
        ).all(),
        "note_kinds": NOTE_KINDS,
        "changes": changes_of(session, f"customer:{account.customer_id}"),
        "programs": session.scalars(
            select(Enrollment)
            .where(Enrollment.account_id == account.id)
            .order_by(Enrollment.id.desc())
            .limit(2 * RECENT)
        ).all(),
        "program_kinds": (*PROTECTING, *PROGRAMS),
        "adjustments": session.scalars(
            select(Adjustment)
            .where(Adjustment.account_id == account.id)
            .order_by(Adjustment.requested_at.desc(), Adjustment.id)
            .limit(RECENT)
        ).all(),
        "adjustment_kinds": KINDS,
        "adjustment_limit": limit_of(roles, rules),
    }


def changes_of(session: Session, subject: str) -> Any:
    """The newest changes of a customer or premise."""
    return session.scalars(
        select(RecordChange)
        .where(RecordChange.subject == subject)
        .order_by(RecordChange.id.desc())
        .limit(RECENT)
    ).all()

"""An agreement's steps, each with its line in the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.policy.agreements import Step, moved
from workorders.tables import AgreementEvent, ServiceAgreement


def take_step(
    session: Session,
    agreement: ServiceAgreement,
    step: Step,
    *,
    now: datetime,
    actor: str,
    **detail: Any,
) -> None:
    """Move an agreement and note it. Raises Problem `agreement_is` when the step is not open to it."""
    before = agreement.state
    agreement.state = moved(before, step).value
    note_agreement(session, agreement, step.value, before=before, now=now, actor=actor, **detail)
    # One agreement of a service point begins when the other has ended, for the database too.
    session.flush()


def note_agreement(
    session: Session,
    agreement: ServiceAgreement,
    kind: str,
    *,
    before: str | None,
    now: datetime,
    actor: str,
    **detail: Any,
) -> None:
    """Add a line; the state it went to is the agreement's own. `detail` is plain JSON."""
    session.add(
        AgreementEvent(
            agreement_id=agreement.id,
            at=now,
            actor=actor[:80],
            kind=kind,
            from_state=before,
            to_state=agreement.state,
            detail=detail,
        )
    )

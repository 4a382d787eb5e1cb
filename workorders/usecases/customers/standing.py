"""Landlords' standing agreements: service reverts to them whenever a tenant leaves."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.grammar.times import checked_day
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named
from workorders.queries.service_now import landlord_of
from workorders.tables import Premise, StandingAgreement


def add_standing(
    session: Session,
    premise_number: str,
    account_number: str,
    *,
    starts_on: date,
    ends_on: date | None,
    evidence: str,
    now: datetime,
    actor: str,
) -> StandingAgreement:
    """Let service at a premise revert to an account. A place has one such agreement at a time.

    `evidence`: where the signed form is kept. Raises Problem `not_found`, `bad_input` naming the field, and
    `standing_exists`.
    """
    premise = session.scalar(select(Premise).where(Premise.number == premise_number).with_for_update())
    if premise is None:
        raise Problem("not_found", what="premise", key=premise_number)
    account = account_named(session, account_number.strip())
    checked_day(starts_on, field="starts_on")
    if ends_on is not None and checked_day(ends_on, field="ends_on") < starts_on:
        raise Problem("bad_input", field="ends_on", reason="it is before the beginning")
    evidence = checked_line(evidence, field="evidence")
    if not evidence:
        raise Problem("bad_input", field="evidence", reason="say where the signed form is")
    known = landlord_of(session, premise.id)
    if known is not None and known.ends_on is not None and known.ends_on < district_of(session).day_of(now):
        known.ended_at, known.ended_by = now, "curbstop"
    elif known is not None:
        raise Problem("standing_exists", account=known.account.number)
    made = StandingAgreement(
        premise_id=premise.id,
        account_id=account.id,
        starts_on=starts_on,
        ends_on=ends_on,
        evidence=evidence,
        added_at=now,
        added_by=actor[:80],
    )
    session.add(made)
    session.flush()
    return made


def end_standing(session: Session, standing_id: int, *, now: datetime, actor: str) -> StandingAgreement:
    """From now on service at the premise reverts to nobody. Raises Problem `not_found`."""
    found = session.get(StandingAgreement, standing_id)
    if found is None or found.ended_at is not None:
        raise Problem("not_found", what="standing agreement", key=standing_id)
    found.ended_at, found.ended_by = now, actor[:80]
    session.flush()
    return found

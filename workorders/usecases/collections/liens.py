"""Liens for an account's debts: noted when the recorder has them, and released. Nothing is posted."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.grammar.times import checked_day
from workorders.messages.words import Said
from workorders.policy.aging import debts_of, past_due_cents, past_due_since
from workorders.policy.recovery import against_lien, lien_rule
from workorders.policy.satisfaction import satisfaction_of
from workorders.problems import Problem
from workorders.queries.debtors import debtors_named
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.queries.rules_cache import rule_book
from workorders.tables import Lien, Premise, ServiceAgreement, ServicePoint

REFERENCE_MAX = 80


def note_lien(
    session: Session,
    account_number: str,
    premise_number: str,
    *,
    filed_on: date,
    reference: str,
    now: datetime,
    actor: str,
) -> Lien:
    """A lien was recorded against a premise at which the account was served, for what is past due now.

    Raises Problem `not_found`, `no_lien_due` by the rule of the day, `lien_conflict`, and `bad_input`.
    """
    account = account_named(session, account_number)
    lock_account(session, account.id)
    district = district_of(session)
    today = district.day_of(now)
    if checked_day(filed_on, field="filed_on") > today:
        raise Problem("bad_input", field="filed_on", reason="it lies in the future")
    reference = _reference(reference, "reference")
    if session.scalar(select(Lien.id).where(Lien.reference == reference)) is not None:
        raise Problem("lien_conflict", reference=reference)
    premise, services = _served_place(session, account.id, premise_number)
    rules = rule_book(session).in_force(today)
    named = lien_rule(rules)
    # The one that the rule names, where the account was served with several there.
    service = next((one for one in services if named and one in named.services), services[0])
    debtor = next(debtors_named(session, [account.number], now=now), None)
    debts = (
        debts_of(debtor.facts, satisfaction_of(rules), at=None, timezone=district.timezone) if debtor else ()
    )
    # What another lien claims already is claimed once.
    owed = max(past_due_cents(debts, today) - _claimed(session, account.id), 0)
    since = past_due_since(debts)
    why = against_lien(named, day=today, past_due_cents=owed, since=since, service=service)
    if why is not None:
        raise Problem("no_lien_due", account=account.number, why=Said([why], zone=district.timezone))
    made = Lien(
        account_id=account.id,
        premise_id=premise.id,
        amount_cents=owed,
        filed_on=filed_on,
        reference=reference,
        noted_at=now,
        noted_by=actor[:80],
    )
    session.add(made)
    session.flush()
    return made


def _claimed(session: Session, account_id: int) -> int:
    standing = (Lien.account_id == account_id, Lien.released_on.is_(None))
    return int(session.scalar(select(func.coalesce(func.sum(Lien.amount_cents), 0)).where(*standing)) or 0)


def release_lien(
    session: Session, lien_id: int, *, on: date, reference: str, now: datetime, actor: str
) -> Lien:
    """The lien was released. Again it changes nothing. Raises Problem `not_found`, and `bad_input`."""
    found = session.get(Lien, lien_id, with_for_update=True)
    if found is None:
        raise Problem("not_found", what="lien", key=lien_id)
    if found.released_on is not None:
        return found
    if not found.filed_on <= checked_day(on, field="released_on") <= district_of(session).day_of(now):
        raise Problem("bad_input", field="released_on", reason="from the day it was recorded to today")
    found.released_on, found.release_reference = on, _reference(reference, "release_reference")
    found.released_at, found.released_by = now, actor[:80]
    session.flush()
    return found


def _reference(text: str, field: str) -> str:
    found = checked_line(text, field=field, longest=REFERENCE_MAX)
    if not found:
        raise Problem("bad_input", field=field, reason="give the recorder’s number")
    return found


def _served_place(session: Session, account_id: int, premise_number: str) -> tuple[Premise, list[str]]:
    """The premise, and what the account was served with there. Raises Problem `bad_input`."""
    rows = session.execute(
        select(Premise, ServicePoint.service)
        .join(ServicePoint, ServicePoint.premise_id == Premise.id)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .where(ServiceAgreement.account_id == account_id, Premise.number == premise_number)
        .order_by(ServicePoint.service.desc(), ServicePoint.id)
    ).all()
    if not rows:
        raise Problem("bad_input", field="premise", reason="the account was never served there")
    return rows[0][0], [service for _, service in rows]

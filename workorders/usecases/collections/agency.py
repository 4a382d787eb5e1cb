"""Debts handed to a collection agency and called back. The agency's file is the export `agency`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.ledger import balance
from workorders.messages.words import Said
from workorders.policy.recovery import agency_rule
from workorders.problems import Problem, Reason
from workorders.queries.debtors import Debtor, debtors_named
from workorders.queries.district import district_of
from workorders.queries.lookups import lock_account
from workorders.queries.recovery import candidates, changed_placements
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, AgencyEvent, AgencyPlacement

MOST = 500


def place(session: Session, numbers: Sequence[str], *, now: datetime, actor: str) -> list[AgencyPlacement]:
    """Hand the debts of these accounts over, all or none; each judged anew, as of now.

    Nothing is posted: the debt stays with the account, and what the agency collects comes as a payment.
    Raises Problem `bad_input` when nothing or too much is chosen, `not_placeable`.
    """
    wanted = sorted(set(numbers))
    if not wanted or len(wanted) > MOST:
        raise Problem("bad_input", field="account", reason=Reason("choose 1 to {most} lines", most=MOST))
    for account_id in sorted(session.scalars(select(Account.id).where(Account.number.in_(wanted)))):
        lock_account(session, account_id)
    today, zone = district_of(session).day_of(now), district_of(session).timezone
    rule = agency_rule(rule_book(session).in_force(today))
    found = {one.debtor.facts.number: one for one in candidates(session, today, now=now, numbers=wanted)}
    made = []
    for number in wanted:
        one = found.get(number)
        if rule is None or one is None:
            raise Problem("bad_input", field="account", reason="it is not on the list any more")
        if one.why_not is not None:
            raise Problem("not_placeable", account=number, why=Said([one.why_not], zone=zone))
        placement = AgencyPlacement(
            account_id=one.debtor.id,
            agency=rule.agency,
            placed_at=now,
            placed_by=actor[:80],
            placed_cents=one.owed_cents,
            told_cents=one.owed_cents,
        )
        session.add(placement)
        session.flush()
        _event(session, placement, one.debtor, "placed", one.owed_cents, now=now, actor=actor)
        made.append(placement)
    return made


def call_back(
    session: Session, placement_id: int, *, reason: str, now: datetime, actor: str
) -> AgencyPlacement:
    """Take a debt back from the agency. Raises Problem `not_found`, and `bad_input` naming the field."""
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    found = session.get(AgencyPlacement, placement_id)
    if found is None:
        raise Problem("not_found", what="debt at the agency", key=placement_id)
    lock_account(session, found.account_id)
    row = select(AgencyPlacement).where(AgencyPlacement.id == placement_id).with_for_update()
    found = session.scalars(row.execution_options(populate_existing=True)).one()
    if found.recalled_at is not None:
        return found
    found.recalled_at, found.recalled_by, found.reason, found.told_cents = now, actor[:80], reason, 0
    _event(session, found, _debtor(session, found, now), "recalled", 0, now=now, actor=actor)
    return found


def tell_changes(session: Session, *, now: datetime, actor: str) -> int:
    """A line for each debt of which the agency knows another amount than is owed; how many."""
    told = 0
    for account_id in changed_placements(session):
        lock_account(session, account_id)
        # The row alone: an outer join cannot be locked on PostgreSQL.
        row = select(AgencyPlacement).where(AgencyPlacement.account_id == account_id)
        row = row.where(AgencyPlacement.recalled_at.is_(None)).with_for_update()
        placement = session.scalars(row.execution_options(populate_existing=True)).one_or_none()
        if placement is None:
            continue
        owed = max(balance(session, "AR", placement.account.number), 0)
        if owed == placement.told_cents:
            continue
        placement.told_cents = owed
        debtor = _debtor(session, placement, now)
        _event(session, placement, debtor, "changed", owed, now=now, actor=actor)
        told += 1
    return told


def _debtor(session: Session, placement: AgencyPlacement, now: datetime) -> Debtor | None:
    return next(iter(debtors_named(session, [placement.account.number], now=now)), None)


def _event(
    session: Session,
    placement: AgencyPlacement,
    debtor: Debtor | None,
    kind: str,
    cents: int,
    *,
    now: datetime,
    actor: str,
) -> None:
    """The line as it leaves: later changes of the customer do not change what was given."""
    account = session.get_one(Account, placement.account_id)
    session.add(
        AgencyEvent(
            placement_id=placement.id,
            kind=kind,
            at=now,
            actor=actor[:80],
            agency=placement.agency,
            account_number=account.number,
            customer_name=account.customer.name,
            address=(debtor.mail_to if debtor is not None else "").replace("\n", ", "),
            phone=account.customer.phone,
            email=account.customer.email,
            amount_cents=cents,
        )
    )
    session.flush()

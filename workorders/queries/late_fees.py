"""Bills that are late enough for a fee, which billing is to charge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.policy.aging import OpenCharge, debts_of
from workorders.policy.fees import price
from workorders.policy.recovery import late_bills, late_fee_rule
from workorders.policy.satisfaction import satisfaction_of
from workorders.queries.cycles import schedule_near
from workorders.queries.debtors import Debtor, debtors
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, LateFee


@dataclass(frozen=True, slots=True)
class LateFeeDue:
    """A bill, and the fee for it in cents with its tax."""

    debtor: Debtor
    bill: OpenCharge
    fee_code: str
    fee_cents: int


def late_fees_due(session: Session, day: date, *, now: datetime) -> tuple[LateFeeDue, ...]:
    """Every bill that is due a fee by `day` and got none yet; none where no rule `late_fee` is in force."""
    rules = rule_book(session).in_force(day)
    rule = late_fee_rule(rules)
    fee = rules.fees.get(rule.fee_code) if rule is not None else None
    if rule is None or fee is None:
        return ()
    policy, schedule = satisfaction_of(rules), schedule_near(session, day)
    timezone, found = district_of(session).timezone, list[LateFeeDue]()
    for debtor in debtors(session, day, now=now, least_cents=rule.minimum_cents):
        debts = debts_of(debtor.facts, policy, at=None, timezone=timezone)
        planned = {
            one.due_on: on_day
            for one in debts
            if one.due_on is not None
            and (on_day := schedule.steps(debtor.cycle_id, one.due_on).get("late_fee")) is not None
        }
        charge = price(fee, rules, debtor.facts, service=None, no_charge=False)
        if charge.total_cents <= 0:
            continue
        late = late_bills(rule, debts, day, holds=debtor.facts.holds, planned=planned)
        found.extend(LateFeeDue(debtor, bill, fee.code, charge.total_cents) for bill in late)
    handed = set(_handed(session, [one.bill.reference or "" for one in found]))
    return tuple(one for one in found if one.bill.reference not in handed)


def late_fees_handed(session: Session, *, limit: int) -> Sequence[LateFee]:
    """The fees that billing was given last."""
    return session.scalars(select(LateFee).order_by(LateFee.id.desc()).limit(limit)).all()


def accounts_of_fees(session: Session, fees: Sequence[LateFee]) -> dict[int, Account]:
    """The accounts of some fees, by id, with their customers."""
    ids = {one.account_id for one in fees}
    query = select(Account).where(Account.id.in_(ids)).options(joinedload(Account.customer))
    return {one.id: one for one in session.scalars(query)} if ids else {}


def _handed(session: Session, references: Sequence[str]) -> Iterator[str]:
    for some in pieces(references):
        yield from session.scalars(select(LateFee.bill_reference).where(LateFee.bill_reference.in_(some)))

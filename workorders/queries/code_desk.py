"""What somebody who answers a technician's call sees of an order: what is owed, which code may be given, and
why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.ledger import balance
from workorders.messages.message import Message
from workorders.policy.phone_codes import PREPARED, RECALL, RELEASE, policy_of, release_until
from workorders.policy.severance import CutDecision
from workorders.queries.account_facts import needed_now
from workorders.queries.cut_decision import cut_decision
from workorders.queries.district import district_of
from workorders.queries.phone_codes import secrets_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Assignment, Order, PhoneCode, Technician

REPORTED = frozenset({State.COMPLETED, State.EXCEPTION, State.REJECTED, State.CLOSED})
"""The visit was reported; no tablet waits for a word any more."""
HOLDERS_MAX = 5


@dataclass(frozen=True, slots=True)
class Holder:
    """A technician whose tablet may have the order under one assignment."""

    epoch: int
    technician: Technician
    has_it: bool
    """By the records, this is who has it now."""
    left: int
    """Recall codes that were not given yet."""


@dataclass(frozen=True, slots=True)
class CodeDesk:
    """`recall_against` and `release_against` say why no such code may be given; empty: it may."""

    owed_cents: int | None
    avoids_cents: int | None
    """What must be paid now to avoid the cut; None for an order without an account."""
    holders: Sequence[Holder]
    """The newest assignment first."""
    recall_against: tuple[Message, ...]
    release_against: tuple[Message, ...]
    until: datetime | None
    """Until when a release given now would let the tablet cut."""
    decision: CutDecision | None
    """The checks that a release would rest on."""
    given: Sequence[PhoneCode]
    """What was given before, the newest first."""


def code_desk(session: Session, order: Order, *, now: datetime) -> CodeDesk | None:
    """The desk of an order that cuts and was sent out; None for any other."""
    if order_type_of(order.type).cuts is None:
        return None
    given = list(
        session.scalars(
            select(PhoneCode).where(PhoneCode.order_number == order.number).order_by(PhoneCode.id.desc())
        )
    )
    holders = _holders(session, order, given)
    if not holders:
        return None
    account = order.account
    decision, until, against = _release(session, order, given, now=now)
    return CodeDesk(
        owed_cents=balance(session, "AR", account.number) if account else None,
        avoids_cents=needed_now(session, account, now=now) if account else None,
        holders=holders,
        recall_against=_recall_against(order, holders),
        release_against=against,
        until=until,
        decision=decision,
        given=given,
    )


def codes_left(given: Sequence[PhoneCode], epoch: int, kind: str) -> int:
    """Codes of a kind that an assignment still has."""
    return PREPARED[kind] - sum(one.epoch == epoch and one.kind == kind for one in given)


def _holders(session: Session, order: Order, given: Sequence[PhoneCode]) -> list[Holder]:
    known = {epoch for _number, epoch in secrets_of(session, [order.number])}
    rows = session.execute(
        select(Assignment, Technician)
        .join(Technician, Technician.id == Assignment.technician_id)
        .where(Assignment.order_number == order.number, Assignment.epoch.in_(known))
        .order_by(Assignment.epoch.desc())
        .limit(HOLDERS_MAX)
    )
    return [
        Holder(one.epoch, technician, one.ended_at is None, codes_left(given, one.epoch, RECALL))
        for one, technician in rows
    ]


def _recall_against(order: Order, holders: Sequence[Holder]) -> tuple[Message, ...]:
    if State(order.state) in REPORTED:
        return (Message("code.reported"),)
    if not any(holder.left > 0 for holder in holders):
        return (Message.of("code.all_given", many=PREPARED[RECALL]),)
    return ()


def _release(
    session: Session, order: Order, given: Sequence[PhoneCode], *, now: datetime
) -> tuple[CutDecision | None, datetime | None, tuple[Message, ...]]:
    """The rules as of now, the end of a release, and everything that stands against one."""
    if State(order.state) not in IN_FIELD:
        return None, None, (Message("code.not_out"),)
    if (order.number, order.epoch) not in secrets_of(session, [order.number]):
        return None, None, (Message("code.no_secret"),)
    if codes_left(given, order.epoch, RELEASE) <= 0:
        return None, None, (Message.of("code.all_given", many=PREPARED[RELEASE]),)
    district = district_of(session)
    point = order.service_point
    decision = cut_decision(session, point, order.account, since=order.requested_at, at=now, now=now)
    in_force = rule_book(session).in_force(district.day_of(now))
    rules = in_force.cut_rules(point.service)
    if not decision.allowed or rules is None:
        return decision, None, decision.reasons
    until = release_until(policy_of(in_force), rules.latest_local_time, now, district.timezone)
    if until is None:
        return decision, None, (Message.of("code.no_time", latest=rules.latest_local_time.strftime("%H:%M")),)
    return decision, until, ()

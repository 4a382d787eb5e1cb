"""What somebody who answers a technician's call sees of an order: what is owed, which code may be given, and
why not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.facts import REMOTE_TECHNICIAN, AccountFacts
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.messages.message import Message
from workorders.policy.aging import DEBT_LOOKBACK
from workorders.policy.phone_codes import PREPARED, RECALL, RELEASE, policy_of, release_until
from workorders.policy.satisfaction import needed_at, satisfaction_of
from workorders.policy.severance import CutDecision
from workorders.queries.account_facts import account_facts
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
    reached: bool
    """A recall code was entered: the tablet knows."""


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


def may_take_codes(order: Order) -> bool:
    """The order cuts and was sent out to somebody, so that a technician may call about it."""
    waits = State(order.state) not in REPORTED
    return waits and order_type_of(order.type).cuts is not None and order.epoch > 0


def code_desk(session: Session, order: Order, *, now: datetime) -> CodeDesk | None:
    """The desk of an order that cuts and was sent out to somebody; None for any other."""
    if order_type_of(order.type).cuts is None:
        return None
    given = list(
        session.scalars(
            select(PhoneCode).where(PhoneCode.order_number == order.number).order_by(PhoneCode.id.desc())
        )
    )
    known = {epoch for _number, epoch in secrets_of(session, [order.number])}
    holders = _holders(session, order, given, known)
    if not holders and State(order.state) not in IN_FIELD:
        return None
    facts = _facts(session, order)
    decision, until, against = _release(session, order, given, known, facts, now=now)
    return CodeDesk(
        owed_cents=facts.balance_cents if facts else None,
        avoids_cents=_avoids(session, facts, now=now) if facts else None,
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


def _facts(session: Session, order: Order) -> AccountFacts | None:
    if order.account is None:
        return None
    return account_facts(session, order.account, since=order.requested_at, lookback=DEBT_LOOKBACK)


def _avoids(session: Session, facts: AccountFacts, *, now: datetime) -> int:
    district = district_of(session)
    policy = satisfaction_of(rule_book(session).in_force(district.day_of(now)))
    return needed_at(facts, policy, at=None, now=now, timezone=district.timezone)


def _holders(
    session: Session, order: Order, given: Sequence[PhoneCode], known: Collection[int]
) -> list[Holder]:
    """`known`: the assignments that have codes."""
    rows = session.execute(
        select(Assignment, Technician)
        .join(Technician, Technician.id == Assignment.technician_id)
        .where(
            Assignment.order_number == order.number,
            Assignment.epoch.in_(known),
            Assignment.technician_id != REMOTE_TECHNICIAN,
        )
        .order_by(Assignment.epoch.desc())
        .limit(HOLDERS_MAX)
    )
    return [
        Holder(
            one.epoch,
            technician,
            one.ended_at is None,
            codes_left(given, one.epoch, RECALL),
            any(code.kind == RECALL and code.epoch == one.epoch and code.used_at for code in given),
        )
        for one, technician in rows
    ]


def _recall_against(order: Order, holders: Sequence[Holder]) -> tuple[Message, ...]:
    if State(order.state) in REPORTED:
        return (Message("code.reported"),)
    if not holders:
        return (Message("code.no_secret"),)
    if all(holder.reached for holder in holders):
        return (Message("code.reached"),)
    if not any(holder.left > 0 for holder in holders):
        return (Message.of("code.all_given", many=PREPARED[RECALL]),)
    return ()


def _release(
    session: Session,
    order: Order,
    given: Sequence[PhoneCode],
    known: Collection[int],
    facts: AccountFacts | None,
    *,
    now: datetime,
) -> tuple[CutDecision | None, datetime | None, tuple[Message, ...]]:
    """The rules as of now, the end of a release, and everything that stands against one."""
    if State(order.state) not in IN_FIELD or order.technician_id == REMOTE_TECHNICIAN:
        return None, None, (Message("code.not_out"),)
    if order.epoch not in known:
        return None, None, (Message("code.no_secret"),)
    if codes_left(given, order.epoch, RELEASE) <= 0:
        return None, None, (Message.of("code.all_given", many=PREPARED[RELEASE]),)
    district = district_of(session)
    point = order.service_point
    since = order.requested_at
    decision = cut_decision(session, point, order.account, since=since, at=now, now=now, facts=facts)
    in_force = rule_book(session).in_force(district.day_of(now))
    rules = in_force.cut_rules(point.service)
    if not decision.allowed or rules is None:
        return decision, None, decision.reasons
    until = release_until(policy_of(in_force), rules.latest_local_time, now, district.timezone)
    if until is None:
        return decision, None, (Message.of("code.no_time", latest=rules.latest_local_time.strftime("%H:%M")),)
    return decision, until, ()

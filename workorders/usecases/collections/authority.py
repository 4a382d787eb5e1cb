"""The authority to cut: what a disconnect rests on when it is raised, and again when it is dispatched."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.facts import AccountFacts, ForecastFacts
from workorders.messages.message import Message
from workorders.messages.words import Said
from workorders.policy.severance import TIMING, CutDecision, authority_expires
from workorders.problems import Problem
from workorders.queries.account_facts import account_facts
from workorders.queries.cut_decision import cut_decision
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, CodeSecret, CutAuthority, Order, ServicePoint

SECRET_BYTES = 32
MORNING = time(8)
"""A route of a later day is judged as at the start of its work."""


def cut_extra(
    session: Session,
    extra: dict[str, Any],
    account: Account | None,
    *,
    now: datetime,
    facts: AccountFacts | None = None,
) -> dict[str, Any]:
    """The extra input of a disconnect, with the notices it rests on filled in.

    `facts` are the account's, where they were read before.
    """
    if account is None:
        return extra
    today = district_of(session).day_of(now)
    facts = facts or account_facts(session, account, since=now)
    valid = [notice.id for notice in facts.notices if notice.valid_until >= today]
    return {"notice_ids": valid} | extra


def check_cut(
    session: Session,
    point: ServicePoint,
    account: Account | None,
    *,
    since: datetime,
    at: datetime,
    now: datetime,
    timing: bool = True,
    facts: AccountFacts | None = None,
    forecasts: Mapping[date, ForecastFacts] | None = None,
) -> CutDecision:
    """Judge a cut at an instant, by what is known `now`. Raises Problem `cut_not_allowed` with every reason.

    `timing` False leaves out the rules that pass by themselves (weekday, hour, forecast). `facts` of the
    account and `forecasts` are read where they were not before.
    """
    decision = cut_decision(
        session, point, account, since=since, at=at, now=now, facts=facts, forecasts=forecasts
    )
    against = [v.message for v in decision.checks if not v.allowed and (timing or v.rule not in TIMING)]
    if against:
        raise Problem("cut_not_allowed", reasons=Said(against, zone=district_of(session).timezone))
    return decision


def grant_authority(session: Session, order: Order, *, now: datetime) -> None:
    """Judge a cut for the day it is sent out, and keep its authority with the evidence.

    With it comes the secret of the codes by which the office reaches a tablet without signal. Types that do
    not cut pass. Raises Problem `cut_not_allowed`.
    """
    if order_type_of(order.type).cuts is None:
        return
    zone = ZoneInfo(district_of(session).timezone)
    at = max(now, _morning(order.route_day, zone)) if order.route_day else now
    point, since = order.service_point, order.requested_at
    decision = check_cut(session, point, order.account, since=since, at=at, now=now)
    rules = rule_book(session).in_force(at.astimezone(zone).date()).cut_rules(point.service)
    if rules is None:
        raise Problem("cut_not_allowed", reasons=Said([Message("rule.unregulated")], zone=zone.key))
    session.add(
        CutAuthority(
            order_number=order.number,
            granted_at=now,
            expires_at=authority_expires(rules, at),
            evidence=decision.as_evidence(),
        )
    )
    secret = secrets.token_hex(SECRET_BYTES)
    session.add(CodeSecret(order_number=order.number, epoch=order.epoch, secret=secret, made_at=now))


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=zone)

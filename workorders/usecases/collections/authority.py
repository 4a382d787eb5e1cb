"""The authority to cut: what a disconnect rests on when it is raised, and again when it is dispatched."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.messages.message import Message
from workorders.messages.words import ENGLISH, say
from workorders.policy.severance import CutDecision, CutQuestion, authority_expires, evaluate
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.queries.situation import account_facts
from workorders.tables import Account, CutAuthority, Order, ServicePoint

TIMING = frozenset({"weekday", "holiday", "latest_hour", "forecast"})
"""Rules that pass by themselves: asked when a cut is sent out and when it is done, not when it is raised."""
MORNING = time(8)
"""A route of a later day is judged as at the start of its work."""


def cut_extra(
    session: Session, extra: dict[str, Any], account: Account | None, *, now: datetime
) -> dict[str, Any]:
    """The extra input of a disconnect, with the notices it rests on filled in."""
    if account is None:
        return extra
    today = district_of(session).day_of(now)
    facts = account_facts(session, account, since=now)
    valid = [notice.id for notice in facts.notices if notice.valid_until >= today]
    return {"notice_ids": valid} | extra


def check_cut(
    session: Session,
    point: ServicePoint,
    account: Account | None,
    *,
    since: datetime,
    at: datetime,
    timing: bool = True,
) -> CutDecision:
    """Judge a cut at an instant. Raises Problem `cut_not_allowed` with every reason against it.

    `timing` False leaves out the rules that pass by themselves (weekday, hour, forecast).
    """
    decision = evaluate(
        CutQuestion(
            account=account_facts(session, account, since=since) if account else None,
            service=point.service,
            at=at,
            timezone=district_of(session).timezone,
            medical=point.premise.medical,
        ),
        rule_book(session),
    )
    against = [v.message for v in decision.verdicts if not v.allowed and (timing or v.rule not in TIMING)]
    if against:
        raise Problem("cut_not_allowed", reasons=_said(against, zone=district_of(session).timezone))
    return decision


def grant_authority(session: Session, order: Order, *, now: datetime) -> None:
    """Judge a cut for the day it is sent out, and keep its authority with the evidence.

    Types that do not cut pass. Raises Problem `cut_not_allowed`.
    """
    if order_type_of(order.type).cuts is None:
        return
    zone = ZoneInfo(district_of(session).timezone)
    at = max(now, _morning(order.route_day, zone)) if order.route_day else now
    decision = check_cut(session, order.service_point, order.account, since=order.requested_at, at=at)
    rules = rule_book(session).in_force(at.astimezone(zone).date()).cut_rules(order.service_point.service)
    if rules is None:
        raise Problem("cut_not_allowed", reasons=_said([Message("rule.unregulated")], zone=zone.key))
    session.add(
        CutAuthority(
            order_number=order.number,
            granted_at=now,
            expires_at=authority_expires(rules, at),
            evidence=decision.as_evidence(),
        )
    )


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, tzinfo=zone)


def _said(reasons: Iterable[Message], *, zone: str) -> str:
    viewer = replace(ENGLISH, zone=zone)
    return " ".join(say(one, viewer) for one in reasons)

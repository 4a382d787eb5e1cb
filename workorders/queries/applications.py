"""What an application requires, and what is still to be paid of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.times import start_of_day
from workorders.policy.start_service import (
    Requirement,
    Standing,
    deposit_for,
    outstanding,
    required,
    start_service_of,
)
from workorders.queries.account_facts import account_facts, needed_by_account
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account, Application, ServiceAgreement, ServicePoint


def requirements(
    session: Session, account: Account, points: Sequence[ServicePoint], credit_class: str, *, now: datetime
) -> tuple[Requirement, ...]:
    """What the account would have to pay before service starts at the points; nothing is changed."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    own = session.scalars(
        select(Account).where(Account.customer_id == account.customer_id).order_by(Account.number)
    ).all()
    policy, facts = start_service_of(rules), account_facts(session, account, since=now)
    waiting = [
        Requirement(**line)
        for application in _of_account(session, account)
        if application.state == "applied"
        for line in application.required
    ]
    # A deposit that is only billed is none, and one that secures service that goes on is not free.
    bound = sum(one.cents for one in waiting if one.kind == "deposit") + sum(
        deposit_for(policy, service=service, rate_class=account.rate_class, credit_class=credit_class)
        for service in _services_that_stay(session, account)
    )
    # What another application of the account requires is not past due.
    fees = sum(one.total_cents for one in waiting if one.kind == "fee")
    needed = needed_by_account(session, own, now=now)
    return required(
        policy,
        rules,
        replace(facts, deposit_cents=max(facts.deposit_cents - bound, 0)),
        services=[point.service for point in points],
        credit_class=credit_class,
        past_due=[
            (number, cents - fees if number == account.number else cents) for number, cents in needed.items()
        ],
    )


def _services_that_stay(session: Session, account: Account) -> Sequence[str]:
    """Services that the account has or is about to have, without those that are to stop."""
    return session.scalars(
        select(ServicePoint.service)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .where(ServiceAgreement.account_id == account.id, ServiceAgreement.state.in_(("approved", "active")))
        .order_by(ServicePoint.id)
    ).all()


def outstanding_of(session: Session, application: Application, *, now: datetime) -> int:
    """Cents still to be paid before the application is approved; 0 for one that waits for nothing more."""
    wanted = [Requirement(**one) for one in application.required]
    account = application.account
    others = session.scalars(
        select(Account).where(
            Account.number.in_([one.account for one in wanted if one.account not in ("", account.number)])
        )
    ).all()
    facts = account_facts(session, account, since=application.applied_at)
    # A payment of the day counts whenever on that day it was noted.
    district = district_of(session)
    since = start_of_day(district.day_of(application.applied_at), district.timezone)
    paid = sum(one.cents for one in facts.payments if one.at >= since)
    paid -= sum(one.cents for one in facts.charges if one.payment_back and one.at >= since)
    # What was paid since counts once: for the application that came first.
    paid -= sum(
        one.total_cents
        for earlier in _of_account(session, account)
        if earlier.id < application.id
        and (earlier.decided_at is None or earlier.decided_at >= application.applied_at)
        for one in (Requirement(**line) for line in earlier.required)
        if one.kind != "past_due" or one.account == account.number
    )
    standings = {account.number: Standing(facts.balance_cents, paid)}
    for number, cents in needed_by_account(session, others, now=now).items():
        standings[number] = Standing(cents, needed_cents=cents)
    return outstanding(wanted, account.number, standings)


def _of_account(session: Session, account: Account) -> Sequence[Application]:
    """Its applications that were not withdrawn, in the order in which they came."""
    return session.scalars(
        select(Application)
        .where(Application.account_id == account.id, Application.state != "withdrawn")
        .order_by(Application.id)
    ).all()

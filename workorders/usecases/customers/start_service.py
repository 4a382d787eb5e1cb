"""A customer asks for service at a premise: the application, what it requires, and its agreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_day
from workorders.judgement.charging import fee_entry
from workorders.judgement.consequences import Post
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.messages.words import Said
from workorders.policy.agreements import AgreementState
from workorders.policy.fees import price
from workorders.policy.start_service import (
    CREDIT_CLASSES,
    Requirement,
    StartService,
    start_service_of,
)
from workorders.problems import Problem, Reason
from workorders.queries.account_facts import account_facts
from workorders.queries.applications import requirements
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_accounts
from workorders.queries.rules_cache import rule_book
from workorders.queries.service_now import ServiceNow, service_now
from workorders.tables import Account, Application, ServiceAgreement, ServicePoint
from workorders.usecases.customers.approvals import reconsider_applications
from workorders.usecases.customers.audit import note_agreement
from workorders.usecases.history import count

AHEAD = timedelta(days=366)
BACK = timedelta(days=31)
"""How far back a start may be noted: a month's bill can still be split at its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """What a customer asks for. `points`: numbers of service points at one premise."""

    account_number: str
    points: tuple[str, ...]
    start_on: date
    credit_class: str = "unknown"
    evidence: str = ""
    """What the credit class rests on."""
    replace: bool = False
    """Whoever is served there now leaves that day."""
    request_id: str | None = None


def start_service(session: Session, asked: StartRequest, *, now: datetime, actor: str) -> Application:
    """Take an application: its fee and deposit are billed, and it is approved as soon as they are met.

    With nothing to pay that is at once. What the customer before owes stays with that account. The same
    `request_id` of the same person again changes nothing. Raises Problem `not_found`, `bad_input` naming the
    field, `service_not_ready`, `applied_already`, `served_already` (by this account), `served_by_other`
    (unless `replace`) and `served_until` (its customer stays longer).
    """
    key = (
        f"{actor[:80]}:{checked_line(asked.request_id, field='request_id', longest=CODE_MAX)}"
        if (asked.request_id)
        else None
    )
    account = account_named(session, asked.account_number)
    points = points_named(session, asked.points)
    lock_accounts(session, {account.id, *_answering(session, points)})
    known = session.scalar(select(Application).where(Application.request_key == key)) if key else None
    if known is not None:
        return known
    _check_days(session, asked, now)
    evidence = checked_line(asked.evidence, field="evidence")
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    policy = start_service_of(rules)
    for point in points:
        check_point(service_now(session, point), account, policy, asked)
    wanted = requirements(session, account, points, asked.credit_class, now=now)
    application = Application(
        id=f"AP-{count(session, 'application'):06d}",
        account=account,
        premise_id=points[0].premise_id,
        start_on=asked.start_on,
        credit_class=asked.credit_class,
        evidence=evidence or None,
        required=[one.as_json() for one in wanted],
        state="applied",
        applied_at=now,
        applied_by=actor[:80],
        request_key=key,
    )
    session.add(application)
    session.flush()
    for point in points:
        add_agreement(session, application, point, now=now, actor=actor)
    bill_requirements(session, application, wanted, now=now)
    account.customer.credit_class = asked.credit_class
    account.status, account.closed_on = "active", None
    session.flush()
    reconsider_applications(session, account, now=now, actor=actor)
    return application


def points_named(session: Session, numbers: Sequence[str]) -> list[ServicePoint]:
    """Service points of one premise, locked, by id. Raises Problem `bad_input` naming `points`."""
    if not numbers:
        raise Problem("bad_input", field="points", reason="choose at least one service")
    found = session.scalars(
        select(ServicePoint)
        .where(ServicePoint.number.in_(numbers))
        .order_by(ServicePoint.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    missing = set(numbers) - {one.number for one in found}
    if missing:
        raise Problem("not_found", what="service point", key=min(missing))
    if len({one.premise_id for one in found}) > 1:
        raise Problem("bad_input", field="points", reason="all services of an application are at one premise")
    return list(found)


def check_point(here: ServiceNow, account: Account, policy: StartService, asked: StartRequest) -> None:
    """Raise the Problem that keeps service from starting at the point for the account."""
    number, start_on = here.point.number, asked.start_on
    if here.point.state in {"inactive", "unmetered"} and here.point.service not in policy.no_visit_services:
        raise Problem("service_not_ready", service_point=number)
    if here.waiting is not None:
        raise Problem("applied_already", service_point=number, application=here.waiting.application_id)
    serving = here.serving
    if serving is None:
        return
    if serving.account_id == account.id:
        raise Problem("served_already", service_point=number, account=account.number)
    if serving.state == "stopping" and serving.stop_on is not None and serving.stop_on <= start_on:
        return
    if serving.state == "stopping" and serving.stop_on is not None:
        until = {"day": Said([Message.of("measure.day", day=serving.stop_on.isoformat())])}
        raise Problem("served_until", field="start_on", account=serving.account.number, **until)
    landlords = here.landlord is not None and here.landlord.account_id == serving.account_id
    if not landlords and not asked.replace:
        raise Problem(
            "served_by_other", field="replace", service_point=number, account=serving.account.number
        )


def _answering(session: Session, points: Sequence[ServicePoint]) -> Sequence[int]:
    """Accounts whose agreements may be ended by somebody moving in."""
    return session.scalars(
        select(ServiceAgreement.account_id).where(
            ServiceAgreement.service_point_id.in_([one.id for one in points]), ServiceAgreement.serving
        )
    ).all()


def _check_days(session: Session, asked: StartRequest, now: datetime) -> None:
    today = district_of(session).day_of(now)
    if asked.credit_class not in CREDIT_CLASSES:
        reason = Reason("one of {known}", known=", ".join(CREDIT_CLASSES))
        raise Problem("bad_input", field="credit_class", reason=reason)
    if not today - BACK <= checked_day(asked.start_on, field="start_on") <= today + AHEAD:
        raise Problem("bad_input", field="start_on", reason="from a month ago to a year ahead")


def add_agreement(
    session: Session, application: Application, point: ServicePoint, *, now: datetime, actor: str
) -> None:
    """An agreement that waits for its application."""
    agreement = ServiceAgreement(
        account_id=application.account_id,
        service_point_id=point.id,
        start_on=application.start_on,
        state=AgreementState.APPLIED.value,
        application_id=application.id,
    )
    session.add(agreement)
    session.flush()
    note_agreement(
        session, agreement, "applied", before=None, now=now, actor=actor, application=application.id
    )


def bill_requirements(
    session: Session, application: Application, wanted: Sequence[Requirement], *, now: datetime
) -> None:
    """The fee and the deposit are on the account from the application on, so that a payment meets them."""
    facts = account_facts(session, application.account, since=now)
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    entries = [
        fee_entry(price(rules.fees[one.code], rules, facts, service=None, no_charge=False))
        for one in wanted
        if one.kind == "fee"
    ]
    deposits = tuple(("AR", "DEP", one.cents) for one in wanted if one.kind == "deposit")
    if deposits:
        entries.append(Post("deposit", Message("entry.deposit"), deposits))
    for made in entries:
        if made is not None:
            post(
                session,
                source=application_source(application),
                purpose=made.purpose,
                message=made.message,
                lines=made.lines,
                parties={"account": application.account.number},
                effective_at=now,
                now=now,
            )


def application_source(application: Application) -> str:
    """Source of the entries that an application makes."""
    return f"application:{application.id}"

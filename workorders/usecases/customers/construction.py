"""Temporary meters of construction sites: asked for, extended, and removed when their day has come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.grammar.times import checked_day
from workorders.policy.start_service import (
    ConstructionMeters,
    construction_of,
    required_of_construction,
)
from workorders.problems import Problem, Reason
from workorders.queries.account_facts import account_facts
from workorders.queries.construction import temporary_meters
from workorders.queries.district import district_of
from workorders.queries.lookups import account_named, lock_account
from workorders.queries.rules_cache import rule_book
from workorders.tables import (
    Application,
    ConstructionMeter,
    Premise,
    RecordChange,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
)
from workorders.usecases.customers.approvals import reconsider_applications
from workorders.usecases.customers.start_service import add_agreement, bill_requirements
from workorders.usecases.customers.stop_service import StopRequest, stop_service
from workorders.usecases.history import count

SIZES = ("5/8", "3/4", "1", "1 1/2", "2", "3")
"""Inches. A 3-inch meter with its backflow assembly stands on a hydrant."""
AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructionRequest:
    """What a builder asks for. `premise`: number of the site; `place`: where on it the meter stands."""

    account_number: str
    premise: str
    size: str
    place: str
    start_on: date
    ends_on: date
    request_id: str


def ask_for_meter(
    session: Session, asked: ConstructionRequest, *, now: datetime, actor: str
) -> ConstructionMeter:
    """Take the application: its fee and deposit are billed; once they are paid a `new_set` is raised.

    The meter gets a service point of its own at the site. The same `request_id` of the same person again
    changes nothing. Raises Problem `not_found`, and `bad_input` naming the field.
    """
    given = checked_line(asked.request_id, field="request_id", longest=CODE_MAX)
    if not given:
        raise Problem("bad_input", field="request_id", reason="it is needed")
    key = f"{actor[:80]}:{given}"
    account = account_named(session, asked.account_number)
    lock_account(session, account.id)
    known = session.scalar(
        select(ConstructionMeter)
        .join(Application, Application.id == ConstructionMeter.application_id)
        .where(Application.request_key == key)
    )
    if known is not None:
        return known
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    policy = construction_of(rules)
    place = _checked(session, asked, policy, now)
    premise = session.scalar(select(Premise).where(Premise.number == asked.premise.strip()))
    if premise is None:
        raise Problem("bad_input", field="premise", reason="there is no premise of that number")
    wanted = required_of_construction(policy, rules, account_facts(session, account, since=now))
    number = f"CM-{count(session, 'construction_meter'):06d}"
    point = _own_point(session, number, premise, asked.size, place, now=now)
    application = Application(
        id=f"AP-{count(session, 'application'):06d}",
        account=account,
        premise_id=premise.id,
        start_on=asked.start_on,
        credit_class=account.customer.credit_class or "unknown",
        required=[one.as_json() for one in wanted],
        state="applied",
        applied_at=now,
        applied_by=actor[:80],
        request_key=key,
    )
    session.add(application)
    session.flush()
    made = ConstructionMeter(
        number=number,
        account=account,
        application=application,
        service_point=point,
        place=place,
        ends_on=asked.ends_on,
        asked_at=now,
        asked_by=actor[:80],
    )
    session.add(made)
    add_agreement(session, application, point, now=now, actor=actor)
    bill_requirements(session, application, wanted, now=now)
    account.status, account.closed_on = "active", None
    session.flush()
    reconsider_applications(session, account, now=now, actor=actor)
    return made


def extend_meter(
    session: Session, number: str, *, ends_on: date, reason: str, now: datetime, actor: str
) -> ConstructionMeter:
    """It stays until another day.

    Raises Problem `not_found`, `agreement_is`, `bad_input` naming the field.
    """
    made, agreement = _locked(session, number)
    reason = checked_line(reason, field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="it is needed")
    if agreement.state not in {"applied", "approved", "active"}:
        raise Problem("agreement_is", agreement_state=agreement.state, step="extended")
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    today = district_of(session).day_of(now)
    if checked_day(ends_on, field="ends_on") <= today:
        raise Problem("bad_input", field="ends_on", reason="after today")
    _check_end(today, ends_on, construction_of(rules))
    changes = {"ends_on": [made.ends_on.isoformat(), ends_on.isoformat()]}
    subject = f"construction:{made.number}"
    session.add(RecordChange(subject=subject, at=now, actor=actor[:80], reason=reason, changes=changes))
    made.ends_on, made.extended_by, made.extended_reason = ends_on, actor[:80], reason
    session.flush()
    return made


def remove_meter(session: Session, number: str, *, on: date, now: datetime, actor: str) -> ServiceAgreement:
    """Ask for its removal on a day: a `removal` takes the final read, and billing gets the final bill.

    Raises Problem `not_found`, `agreement_is`, `bad_input`, and what `raise_order` raises.
    """
    made, agreement = _locked(session, number)
    if agreement.state != "active":
        raise Problem("agreement_is", agreement_state=agreement.state, step="stop_asked")
    asked = StopRequest(account_number=made.account.number, points=(made.service_point.number,), stop_on=on)
    [stopped] = stop_service(session, asked, now=now, actor=actor)
    return stopped


def end_due_meters(session: Session, *, now: datetime) -> int:
    """Ask for the removal of meters whose last day has come; answers how many."""
    today = district_of(session).day_of(now)
    due = [
        one.meter.number
        for one in temporary_meters(session, today=today)
        if one.agreement.state == "active" and one.meter.ends_on <= today
    ]
    asked = 0
    for number in due:
        try:
            with session.begin_nested():
                remove_meter(session, number, on=today, now=now, actor="curbstop")
            asked += 1
        except Problem:
            # It stays on the page as overdue; the next meter goes on.
            continue
    return asked


def _checked(session: Session, asked: ConstructionRequest, policy: ConstructionMeters, now: datetime) -> str:
    today = district_of(session).day_of(now)
    if asked.size not in SIZES:
        raise Problem("bad_input", field="size", reason=Reason("one of {known}", known=", ".join(SIZES)))
    if not today <= checked_day(asked.start_on, field="start_on") <= today + AHEAD:
        raise Problem("bad_input", field="start_on", reason="from today to a year ahead")
    if checked_day(asked.ends_on, field="ends_on") <= asked.start_on:
        raise Problem("bad_input", field="ends_on", reason="after the first day")
    _check_end(asked.start_on, asked.ends_on, policy)
    place = checked_line(asked.place, field="place")
    if not place:
        raise Problem("bad_input", field="place", reason="say where on the site it stands")
    return place


def _check_end(since: date, ends_on: date, policy: ConstructionMeters) -> None:
    if ends_on > since + timedelta(days=policy.longest_days):
        reason = Reason("a temporary meter stays {days} days at most", days=policy.longest_days)
        raise Problem("bad_input", field="ends_on", reason=reason)


def _own_point(
    session: Session, number: str, premise: Premise, size: str, place: str, *, now: datetime
) -> ServicePoint:
    """Without a meter yet, and out of use again once it is removed."""
    point = ServicePoint(
        number=number,
        premise_id=premise.id,
        service="water",
        size=size,
        state="inactive",
        meter_location=place,
    )
    session.add(point)
    session.flush()
    session.add(
        ServicePointEvent(
            service_point_id=point.id, state="inactive", at=now, source=f"construction:{number}"
        )
    )
    return point


def _locked(session: Session, number: str) -> tuple[ConstructionMeter, ServiceAgreement]:
    made = session.get(ConstructionMeter, number)
    if made is None:
        raise Problem("not_found", what="construction meter", key=number)
    lock_account(session, made.account_id)
    agreement = session.scalars(
        select(ServiceAgreement)
        .where(ServiceAgreement.application_id == made.application_id)
        .execution_options(populate_existing=True)
    ).one()
    return made, agreement

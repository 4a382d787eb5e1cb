"""Who is to be written to about a meter: it cannot be reached, or an assembly's test comes due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from workorders.catalogue import CATALOGUE
from workorders.grammar.times import start_of_day
from workorders.metering.registers import DIALS_SEEN
from workorders.policy.service_letters import letters_owed, rules_of_letters
from workorders.queries.district import district_of
from workorders.queries.pieces import pieces
from workorders.queries.rules_cache import rule_book
from workorders.tables import (
    Account,
    BackflowDevice,
    ExceptionCase,
    Installation,
    LetterBatch,
    Meter,
    MeterSkip,
    Order,
    Read,
    ServiceAgreement,
    ServiceLetter,
    ServicePoint,
)

LOOKBACK = timedelta(days=400)
"""Skips older than that belong to a meter that was read since, or to nobody."""
MOST = 2_000


@dataclass(frozen=True, slots=True)
class LetterDue:
    """One letter to be written. `account` None: nobody is served, it goes to the occupant."""

    kind: str
    point: ServicePoint
    account: Account | None
    serial: str
    """Of the meter, or of the assembly."""
    skips: int = 0
    device: BackflowDevice | None = None


def letters_due(session: Session, kind: str, day: date) -> list[LetterDue]:
    """Letters of a kind (`access`, `backflow_test`) that are due on `day`, at most MOST."""
    return access_letters(session, day) if kind == "access" else test_letters(session, day)


def access_letters(session: Session, day: date) -> list[LetterDue]:
    """Meters skipped so often in a row, by the rules of the day, that the customer is asked for access."""
    every = rules_of_letters(rule_book(session).in_force(day)).after_skips
    if every is None:
        return []
    found: dict[int, int] = {}
    for part in pieces(_candidates(session, day)):
        skips, letters = _skips(session, part, day)
        found |= {p: skips[p] for p in part if letters_owed(skips[p], letters.get(p, 0), every)}
    ids = sorted(found)[:MOST]
    serials = _serials(session, ids)
    return [
        LetterDue("access", point, account, serials[point.id], skips=found[point.id])
        for point, account in _served(session, ids)
        if point.id in serials
    ]


def test_letters(session: Session, day: date) -> list[LetterDue]:
    """Assemblies whose test comes due within the rule's days, not written about lately."""
    rules = rules_of_letters(rule_book(session).in_force(day))
    lately = (
        select(ServiceLetter.id)
        .join(LetterBatch, LetterBatch.id == ServiceLetter.batch_id)
        .where(
            ServiceLetter.backflow_device_id == BackflowDevice.id,
            LetterBatch.day > day - timedelta(days=rules.repeat_days),
        )
    )
    query = (
        select(BackflowDevice)
        .where(
            BackflowDevice.test_due_on <= day + timedelta(days=rules.ahead_days),
            ~lately.exists(),
        )
        .order_by(BackflowDevice.test_due_on, BackflowDevice.id)
        .limit(MOST)
    )
    devices = list(session.scalars(query))
    served = {
        point.id: (point, account)
        for point, account in _served(session, sorted({one.service_point_id for one in devices}))
    }
    return [
        LetterDue("backflow_test", *served[one.service_point_id], serial=one.serial, device=one)
        for one in devices
    ]


def _candidates(session: Session, day: date) -> list[int]:
    """Service points that were skipped on a route, or whose special read asked for a letter."""
    by_file = select(MeterSkip.service_point_id).where(MeterSkip.skipped_on >= day - LOOKBACK).distinct()
    by_visit = (
        select(Order.service_point_id)
        .join(ExceptionCase, ExceptionCase.order_number == Order.number)
        .where(ExceptionCase.state == "open", ExceptionCase.code == "access_letter")
    )
    return sorted({*session.scalars(by_file), *session.scalars(by_visit)})


def _skips(session: Session, points: Sequence[int], day: date) -> tuple[dict[int, int], dict[int, int]]:
    """Skips and letters since the last read of the dials, by service point id."""
    district = district_of(session)
    zone = ZoneInfo(district.timezone)
    newest = (
        select(Read.service_point_id, func.max(Read.taken_at))
        .where(Read.service_point_id.in_(points), Read.kind.in_(DIALS_SEEN))
        .group_by(Read.service_point_id)
    )
    read_on = {point: at.astimezone(zone).date() for point, at in session.execute(newest)}
    by_file = select(MeterSkip.service_point_id, MeterSkip.skipped_on).where(
        MeterSkip.service_point_id.in_(points),
        MeterSkip.skipped_on >= day - LOOKBACK,
        MeterSkip.skipped_on <= day,
    )
    by_visit = select(Order.service_point_id, Order.finished_at).where(
        Order.service_point_id.in_(points),
        Order.outcome.in_([one.skip_outcome for one in CATALOGUE.values() if one.skip_outcome]),
        Order.finished_at >= start_of_day(day - LOOKBACK, district.timezone),
    )
    days: set[tuple[int, date]] = {(point, on) for point, on in session.execute(by_file)}
    days |= {(point, at.astimezone(zone).date()) for point, at in session.execute(by_visit) if at}
    written = (
        select(ServiceLetter.service_point_id, LetterBatch.day)
        .join(LetterBatch, LetterBatch.id == ServiceLetter.batch_id)
        .where(ServiceLetter.service_point_id.in_(points), LetterBatch.kind == "access")
    )
    sent = [(point, on) for point, on in session.execute(written)]
    return _since(points, days, read_on, strictly=True), _since(points, sent, read_on, strictly=False)


def _since(
    points: Sequence[int], days: Iterable[tuple[int, date]], read_on: dict[int, date], *, strictly: bool
) -> dict[int, int]:
    counts = dict.fromkeys(points, 0)
    for point, on in days:
        last = read_on.get(point)
        if last is None or on > last or (on == last and not strictly):
            counts[point] += 1
    return counts


def _serials(session: Session, points: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in pieces(points):
        query = (
            select(Installation.service_point_id, Meter.serial)
            .join(Meter, Meter.id == Installation.meter_id)
            .where(Installation.service_point_id.in_(part), Installation.removed_at.is_(None))
        )
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def _served(session: Session, points: Sequence[int]) -> list[tuple[ServicePoint, Account | None]]:
    """The service points with who answers for them, by address."""
    found: list[tuple[ServicePoint, Account | None]] = []
    for part in pieces(points):
        answering = {
            one.service_point_id: one.account
            for one in session.scalars(
                select(ServiceAgreement)
                .where(ServiceAgreement.service_point_id.in_(part), ServiceAgreement.serving)
                .options(joinedload(ServiceAgreement.account).joinedload(Account.customer))
            )
        }
        here = select(ServicePoint).where(ServicePoint.id.in_(part)).options(joinedload(ServicePoint.premise))
        found += [(point, answering.get(point.id)) for point in session.scalars(here)]
    return sorted(found, key=lambda each: (each[0].premise.street, each[0].premise.house_number, each[0].id))

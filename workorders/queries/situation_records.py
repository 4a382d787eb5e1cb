"""What situations are made of, read for a whole batch of orders by a handful of queries with indexed keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from workorders.catalogue import order_type_of
from workorders.facts import (
    CodeFacts,
    EntryFacts,
    ForecastFacts,
    MeterFacts,
    ReadFacts,
)
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.traits import ServiceChange
from workorders.policy.aging import DEBT_LOOKBACK
from workorders.policy.satisfaction import LOOKBACK
from workorders.queries.account_facts import AccountRecords
from workorders.queries.cycles import scheduled_reads
from workorders.queries.district import District, district_of
from workorders.queries.forecasts import forecasts_since
from workorders.queries.meter_facts import meter_facts
from workorders.queries.newest_reads import newest_reads
from workorders.queries.phone_codes import codes_given
from workorders.queries.register_reads import register_reads_of
from workorders.queries.skipped_reads import skips_before
from workorders.tables import (
    Account,
    Assignment,
    CutAuthority,
    Installation,
    JournalEntry,
    Meter,
    Order,
    OrderEvent,
    ServicePoint,
    ServicePointEvent,
)

READS = 24
"""Two years of monthly reads: the last 12 that an order shows, and as many before for the estimate."""

# Built once: a statement made anew for every event costs more than the query itself.
_numbers: BindParameter[Any] = bindparam("numbers", expanding=True)
_points: BindParameter[Any] = bindparam("points", expanding=True)
_reversal = aliased(JournalEntry)
_ASSIGNMENTS = (
    select(
        Assignment.order_number,
        Assignment.epoch,
        Assignment.technician_id,
        Assignment.assigned_at,
        Assignment.ended_at,
    )
    .where(Assignment.order_number.in_(_numbers))
    .order_by(Assignment.order_number, Assignment.epoch)
)
_AUTHORITY = (
    select(CutAuthority.order_number, CutAuthority.expires_at)
    .where(CutAuthority.order_number.in_(_numbers))
    .order_by(CutAuthority.id)
)
_ENTRIES = (
    select(JournalEntry.order_number, JournalEntry.source, JournalEntry.purpose)
    .outerjoin(_reversal, _reversal.reverses_id == JournalEntry.id)
    .where(
        JournalEntry.order_number.in_(_numbers),
        JournalEntry.reverses_id.is_(None),
        _reversal.id.is_(None),
    )
    .order_by(JournalEntry.id)
)
_TURNS = (
    select(OrderEvent.order_number, OrderEvent.kind, OrderEvent.source)
    .where(
        OrderEvent.order_number.in_(_numbers),
        OrderEvent.kind.in_(("completed", "approved", "assigned")),
    )
    .order_by(OrderEvent.id)
)
_newest_state = (
    select(
        ServicePointEvent.id,
        func.row_number()
        .over(
            partition_by=ServicePointEvent.service_point_id,
            order_by=(ServicePointEvent.at.desc(), ServicePointEvent.id.desc()),
        )
        .label("place"),
    )
    .where(ServicePointEvent.service_point_id.in_(_points))
    .subquery()
)
_LATEST_STATES = (
    select(ServicePointEvent.service_point_id, ServicePointEvent.at, ServicePointEvent.source)
    .join(_newest_state, _newest_state.c.id == ServicePointEvent.id)
    .where(_newest_state.c.place == 1)
)
_ACTIVE_ORDERS = (
    select(Order.service_point_id, Order.number, Order.type, Order.state, Account.number, Order.due_until)
    .outerjoin(Account, Account.id == Order.account_id)
    .where(Order.service_point_id.in_(_points), Order.state.in_(ACTIVE))
    .order_by(Order.number)
)
_INSTALLED = (
    select(Installation.service_point_id, Meter, ServicePoint.number)
    .join(Meter, Installation.meter_id == Meter.id)
    .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
    .where(Installation.service_point_id.in_(_points), Installation.removed_at.is_(None))
)
_MENTIONED = (
    select(Meter, ServicePoint.number)
    .outerjoin(Installation, and_(Installation.meter_id == Meter.id, Installation.removed_at.is_(None)))
    .outerjoin(ServicePoint, ServicePoint.id == Installation.service_point_id)
    .where(Meter.serial.in_(bindparam("serials", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Records:
    """What the database has on some orders, read together: by order number, service point id, or serial."""

    district: District
    accounts: AccountRecords | None
    assignments: Mapping[str, list[Any]]
    authorities: Mapping[str, Any]
    codes: Mapping[str, list[CodeFacts]]
    """Of orders that cut: the codes that were given by telephone."""
    entries: Mapping[str, list[Any]]
    turns: Mapping[str, list[Any]]
    states: Mapping[int, Any]
    others: Mapping[int, list[Any]]
    installed: Mapping[int, MeterFacts]
    meters: Mapping[str, MeterFacts]
    rows: Mapping[str, Meter]
    """Those meters themselves, by serial."""
    places: Mapping[int, int]
    """Where the installed ones of them are: service point id by meter id."""
    reads: Mapping[int, list[tuple[ReadFacts, MeterFacts]]]
    register_reads: Mapping[int, list[ReadFacts]]
    """Of the registers besides the main ones, where a meter has any; by service point id."""
    forecasts: Sequence[ForecastFacts]
    skips: Mapping[int, int]
    """Of orders that count them: visits in a row that ended without a read, by service point id."""
    scheduled_reads: Mapping[int, date] = field(default_factory=dict)
    """Of orders that end service: the scheduled read nearest to their day, by service point id."""


def read_records(session: Session, orders: Sequence[Order], *, serials: Iterable[str] = ()) -> Records:
    """Read what situations of these orders are made of; `serials` are meters that events mention.

    Authorities, codes and forecasts are asked of types that cut only: other orders need no query more.
    """
    numbers, points = [one.number for one in orders], sorted({one.service_point_id for one in orders})
    earliest = min(one.requested_at - lookback_of(one) for one in orders)
    accounts = {one.account.id: one.account for one in orders if one.account}
    cuts = [one for one in orders if order_type_of(one.type).cuts is not None]
    district = district_of(session)
    asked, at = {"numbers": numbers}, {"points": points}
    wanted = sorted(serials)
    mentioned = session.execute(_MENTIONED, {"serials": wanted}).all() if wanted else ()
    installed = session.execute(_INSTALLED, at).all()
    oldest = min((one.requested_at for one in cuts), default=None)
    return Records(
        district=district,
        accounts=AccountRecords(session, accounts.values(), earliest) if accounts else None,
        assignments=_grouped(session.execute(_ASSIGNMENTS, asked)),
        authorities=_last(session.execute(_AUTHORITY, {"numbers": [one.number for one in cuts]}))
        if cuts
        else {},
        codes=codes_given(session, [one.number for one in cuts]),
        entries=_grouped(session.execute(_ENTRIES, asked)),
        turns=_grouped(session.execute(_TURNS, asked)),
        states=_last(session.execute(_LATEST_STATES, at)),
        others=_grouped(session.execute(_ACTIVE_ORDERS, at)),
        installed={point: meter_facts(meter, place) for point, meter, place in installed},
        meters={meter.serial: meter_facts(meter, place) for meter, place in mentioned},
        rows={meter.serial: meter for _point, meter, _place in installed},
        places={meter.id: point for point, meter, _place in installed},
        reads=newest_reads(session, points, most=READS),
        register_reads=register_reads_of(session, points)
        if any(meter.registers for meter, _place in mentioned)
        or any(meter.registers for _point, meter, _place in installed)
        else {},
        forecasts=() if oldest is None else forecasts_since(session, district.day_of(oldest)),
        skips=skips_before(session, orders),
        scheduled_reads=scheduled_reads(
            session,
            {
                one.service_point_id: _day_to_end(one, district)
                for one in orders
                if order_type_of(one.type).service == ServiceChange.STOP
            },
        ),
    )


def _day_to_end(order: Order, district: District) -> date:
    """The day on which an order is to end service: as it was asked for, else the day of the request."""
    asked = order.extra.get("stop_date")
    try:
        return date.fromisoformat(asked) if isinstance(asked, str) else district.day_of(order.requested_at)
    except ValueError:
        return district.day_of(order.requested_at)


def lookback_of(order: Order) -> timedelta:
    """How old the debt is matters to types that cut only."""
    return LOOKBACK if order_type_of(order.type).cuts is None else DEBT_LOOKBACK


def entries_of(session: Session, number: str) -> tuple[EntryFacts, ...]:
    """The journal entries of an order that were not reversed, in the order of posting."""
    return tuple(EntryFacts(*row[1:]) for row in session.execute(_ENTRIES, {"numbers": [number]}))


def _grouped(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """Rows by their first column."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _last(rows: Iterable[Any]) -> dict[Any, Any]:
    """The last row of each first column."""
    return {row[0]: row for row in rows}


def serials_in(body: Mapping[str, Any]) -> set[str]:
    """Every text in an event's body that might be a serial number, as typed and in capitals."""
    answers = body.get("answers")
    values = [body.get("serial_seen"), *(answers.values() if isinstance(answers, dict) else ())]
    texts = {text.strip() for text in values if isinstance(text, str) and 0 < len(text.strip()) <= 40}
    return texts | {text.upper() for text in texts}

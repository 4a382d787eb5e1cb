"""What the rules may look at, read from the database: a `Situation` for one order and one event.

A handful of queries, each by an indexed key, whatever the size of the district, and the same handful for
one order as for the orders of a whole batch.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.facts import (
    AssignmentFacts,
    EntryFacts,
    ForecastFacts,
    OrderFacts,
    OtherOrder,
    ServicePointFacts,
)
from workorders.judgement.situation import Situation
from workorders.queries.rules_cache import rule_book
from workorders.queries.situation_records import Records, lookback_of, read_records
from workorders.tables import (
    Order,
)


def situation_of(
    session: Session, order: Order, *, serials: Iterable[str] = (), records: Records | None = None
) -> Situation:
    """Everything a rule may look at about an order, now; `serials` are meters an event mentions.

    `records` that were read before must be as the database is, and hold the order and those meters.
    """
    wanted = set(serials)
    known = records or read_records(session, [order], serials=wanted)
    point = order.service_point.id
    installed = known.installed.get(point)
    meters = {installed.serial: installed} if installed else {}
    meters |= {
        serial: known.meters[serial] for serial in sorted(wanted & known.meters.keys() - meters.keys())
    }
    return Situation(
        order=_order_facts(order, known),
        service_point=_service_point_facts(order, known),
        book=rule_book(session),
        timezone=known.district.timezone,
        account=known.accounts.facts(order.account, since=order.requested_at, lookback=lookback_of(order))
        if order.account and known.accounts
        else None,
        installed=installed,
        meters=meters,
        reads=tuple(read for read, _meter in known.reads.get(point, ())),
        register_reads=tuple(known.register_reads.get(point, ())),
        forecasts=_forecasts(order, known),
    )


def _order_facts(order: Order, known: Records) -> OrderFacts:
    number = order.number
    authority = known.authorities.get(number)
    return OrderFacts(
        number=number,
        type=order.type,
        state=order.state,
        epoch=order.epoch,
        requested_at=order.requested_at,
        extra=order.extra,
        no_charge=order.no_charge,
        technician=order.technician_id,
        assignments=tuple(AssignmentFacts(*row[1:]) for row in known.assignments.get(number, ())),
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        cancel_seq=order.cancel_seq,
        outcome=order.outcome,
        completed_by=_completed_by(known.turns.get(number, ())),
        finished_at=order.finished_at,
        follow_reason=order.follow_reason,
        entries=tuple(EntryFacts(*row[1:]) for row in known.entries.get(number, ())),
        authority_expires_at=authority.expires_at if authority is not None else None,
        codes=tuple(known.codes.get(number, ())),
    )


def _forecasts(order: Order, known: Records) -> tuple[ForecastFacts, ...]:
    if order_type_of(order.type).cuts is None:
        return ()
    day = known.district.day_of(order.requested_at)
    return tuple(one for one in known.forecasts if one.day >= day)


def _completed_by(turns: Iterable[Any]) -> str | None:
    """The completion that counts: the last one, unless the order was sent out again after it."""
    found: str | None = None
    for _number, kind, source in turns:
        found = source if kind == "completed" else None
    return found


def _service_point_facts(order: Order, known: Records) -> ServicePointFacts:
    point = order.service_point
    latest = known.states.get(point.id)
    position = point.premise.position
    return ServicePointFacts(
        number=point.number,
        service=point.service,
        size=point.size,
        state=point.state,
        state_source=latest.source if latest else None,
        lock=point.lock_number,
        seal=point.seal_number,
        position=(position.x, position.y),
        medical=point.premise.medical,
        next_read_on=known.scheduled_reads.get(point.id),
        skips=known.skips.get(point.id, 0),
        other_orders=_other_orders(order, known),
    )


def _other_orders(order: Order, known: Records) -> tuple[OtherOrder, ...]:
    zone = known.district
    return tuple(
        OtherOrder(number, order_type_of(type_).service, state, account, zone.day_of(due) if due else None)
        for _, number, type_, state, account, due in known.others.get(order.service_point_id, ())
        if number != order.number
    )

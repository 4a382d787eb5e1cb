"""`order:<number>` documents: the full order for whoever has it, a stub for who had it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sync.pipeline.instants import instant
from sync.pipeline.order_batch import OrderBatch, read_batch
from sync.pipeline.spoken import Spoken
from workorders.catalogue import order_type_of
from workorders.facts import AccountFacts
from workorders.judgement.lifecycle import State, document_state
from workorders.messages.message import Message
from workorders.metering.register_definitions import registers_document
from workorders.metering.register_reads import expected_of
from workorders.metering.registers import estimate, expected_dials
from workorders.policy import fees
from workorders.policy.phone_codes import as_document, policy_of
from workorders.policy.severance import cut_windows
from workorders.queries.meter_facts import meter_facts
from workorders.tables import Account, Assignment, Meter, Order, ServicePoint

Document = dict[str, Any]
READS_SHOWN = 12
NOON = time(12)
CALLED_OFF = frozenset({State.CANCELLED, State.SUPERSEDED})


def render_orders(
    session: Session, technician_id: str, numbers: Mapping[str, int], *, now: datetime
) -> dict[str, Document]:
    """Documents by id for order numbers → outbox number; none for an order this tablet never had."""
    if not numbers:
        return {}
    orders = session.scalars(
        select(Order)
        .where(Order.number.in_(sorted(numbers)))
        .options(
            joinedload(Order.service_point).joinedload(ServicePoint.premise),
            joinedload(Order.account).joinedload(Account.customer),
        )
        .execution_options(populate_existing=True)
    ).all()
    mine = [order for order in orders if order.technician_id == technician_id and order.state != "assigned"]
    gone = [order for order in orders if order.technician_id != technician_id]
    batch = read_batch(session, mine, now)
    documents = {f"order:{order.number}": _full(order, numbers[order.number], batch) for order in mine}
    ended = _ended_assignments(session, technician_id, gone)
    for order in gone:
        if order.number in ended:
            stub = _stub(order, numbers[order.number], ended[order.number], batch.spoken)
            documents[f"order:{order.number}"] = stub
    return documents


def _full(order: Order, seq: int, batch: OrderBatch) -> Document:
    order_type = order_type_of(order.type)
    point, premise = order.service_point, order.service_point.premise
    meter = batch.meters.get(point.id)
    reads = [read for read, _ in batch.reads.get(point.id, [])]
    return {
        "kind": "order",
        "server_seq": seq,
        "number": order.number,
        "type": order.type,
        "title": order_type.title,
        "state": document_state(order.state),
        "epoch": order.epoch,
        "priority": order.priority,
        "route_day": order.route_day.isoformat() if order.route_day else None,
        "sequence": order.sequence,
        "planned_start": instant(order.planned_start),
        "planned_minutes": order.planned_minutes,
        "due": {"from": instant(order.due_from), "until": instant(order.due_until)},
        "appointment": _window(order.appointment_from, order.appointment_until),
        "skills": list(order_type.skills),
        "service_point": _service_point(point),
        "premise": {
            "number": premise.number,
            "address": premise.address,
            "city": premise.city,
            "position": [premise.position.x, premise.position.y],
        },
        "meter_location": point.meter_location,
        "access": {
            "note": premise.access_note,
            "dog": premise.dog,
            "hazard": premise.hazard,
            "medical": premise.medical,
        },
        "meter": _meter(order, meter, batch),
        "reads": [
            {"at": instant(read.at), "value": read.value, "kind": read.kind, "serial": read.serial}
            for read in reads[-READS_SHOWN:]
        ],
        "history": [_past(past) for past in batch.past.get(point.id, []) if past.number != order.number],
        "expected": _expected(order, meter, batch),
        "account": _account(order.account),
        "balance": _balance(order.account, batch),
        "fees": _fees(order, batch),
        **_instructions(order, batch.spoken),
        "task": order.task.as_json() if order.task else None,
        "extra": order_type.for_field(order.extra),
        "no_charge": order.no_charge,
        "authority": _authority(order, batch),
        "codes": _codes(order, batch),
        "cancelled": _cancelled(order, batch.spoken),
        "recalled": None,
        "rule_set": batch.rules.version,
    }


def _service_point(point: ServicePoint) -> Document:
    return {
        "id": point.id,
        "number": point.number,
        "service": point.service,
        "size": point.size,
        "state": point.state,
        "lock": point.lock_number,
        "seal": point.seal_number,
    }


def _past(order: Order) -> Document:
    """One finished order at the same service point."""
    return {
        "number": order.number,
        "type": order.type,
        "title": order_type_of(order.type).title,
        "at": instant(order.finished_at),
        "outcome": order.outcome,
    }


def _stub(order: Order, seq: int, ended: Assignment, spoken: Spoken) -> Document:
    return {
        "kind": "order",
        "server_seq": seq,
        "number": order.number,
        "type": order.type,
        "title": order_type_of(order.type).title,
        "state": State.RECALLED.value,
        "epoch": ended.epoch,
        "recalled": {"at": instant(ended.ended_at)} | _why(order, ended.end_reason, spoken),
    }


def _cancelled(order: Order, spoken: Spoken) -> Document | None:
    if order.state not in CALLED_OFF:
        return None
    return {"at": instant(order.cancelled_at)} | _why(order, order.cancel_reason, spoken)


def _why(order: Order, reason: Message | None, spoken: Spoken) -> Document:
    """Why an order was called off. Of a cut that may be a protection, which is nothing for a tablet."""
    if reason is None or order_type_of(order.type).cuts is not None:
        return {"reason": None, "said": {}, "message": None}
    return {"reason": spoken.english(reason), "said": spoken.said(reason), "message": reason.as_json()}


def _instructions(order: Order, spoken: Spoken) -> Document:
    """What a follow-on order asks for, and what a person typed."""
    typed = [order.instructions] if order.instructions else []
    if order.task is None:
        return {"instructions": " ".join(typed) or None, "instructions_said": {}}
    return {
        "instructions": " ".join([spoken.english(order.task), *typed]),
        "instructions_said": {
            language: " ".join([asked, *typed]) for language, asked in spoken.said(order.task).items()
        },
    }


def _window(since: datetime | None, until: datetime | None) -> Document | None:
    if since is None and until is None:
        return None
    return {"from": instant(since), "until": instant(until)}


def _meter(order: Order, meter: Meter | None, batch: OrderBatch) -> Document | None:
    if meter is None:
        return None
    registers = [
        one | _known_of(one["code"], order, meter, batch)
        for one in registers_document(meter.registers).get("registers", ())
    ]
    return {
        "serial": meter.serial,
        "size": meter.size,
        "make": meter.make,
        "dials": meter.dials,
        "multiplier": meter.multiplier,
        "unit": meter.unit,
        **({"registers": registers} if registers else {}),
    }


def _known_of(code: str, order: Order, meter: Meter, batch: OrderBatch) -> Document:
    """The last read of a register and the span it should show at the visit, as of the route day's noon."""
    facts = meter_facts(meter, order.service_point.number)
    register = next(one for one in facts.registers if one.code == code)
    reads = batch.register_reads.get(order.service_point_id, [])
    mine = [read for read in reads if read.serial == f"{meter.serial}/{code}"]
    factors = batch.rules.high_low(order.service_point.service)
    span = expected_of(facts, register, _visit_at(order, batch), reads=reads, factors=factors)
    return {
        "last": mine[-1].value if mine else None,
        "expected": None if span is None else {"low": span[0], "high": span[1]},
    }


def _account(account: Account | None) -> Document | None:
    if account is None:
        return None
    return {"number": account.number, "name": account.customer.name, "phone": account.customer.phone}


def _balance(account: Account | None, batch: OrderBatch) -> Document | None:
    if account is None:
        return None
    return {"cents": batch.owed[account.number], "as_of": instant(batch.now)}


def _fees(order: Order, batch: OrderBatch) -> list[Document]:
    account = order.account
    who = (
        AccountFacts(account.number, rate_class=account.rate_class, tax_exempt=account.tax_exempt)
        if account
        else None
    )
    charges = fees.preview(
        order_type_of(order.type).fees,
        batch.rules,
        who,
        service=order.service_point.service,
        no_charge=order.no_charge,
    )
    return [
        {"code": charge.code, "title": charge.title, "cents": charge.total_cents, "trigger": charge.trigger}
        for charge in charges
    ]


def _authority(order: Order, batch: OrderBatch) -> Document | None:
    """What a cut rests on and until when; None for types that do not cut, and without an authority.

    The checks behind it stay in the office: they name bankruptcies, pledges and illness.
    """
    given = batch.authorities.get(order.number)
    if given is None:
        return None
    service, timezone = order.service_point.service, batch.district.timezone
    expires = max(given.expires_at, batch.released.get((order.number, order.epoch), given.expires_at))
    windows = cut_windows(batch.book, service, given.granted_at, expires, timezone, forecasts=batch.forecasts)
    rules = batch.rules.cut_rules(service)
    notices = [batch.notices[id_] for id_ in order.extra.get("notice_ids") or () if id_ in batch.notices]
    checks_allowed = order.extra.get("checks_allowed")
    if checks_allowed is None:
        checks_allowed = not (order.account and order.account.check_ban)
    return {
        "expires_at": instant(expires),
        "avoid_cents": batch.avoids.get(order.account.number) if order.account else None,
        "notices": [
            {"kind": n.kind, "sent_on": n.sent_on.isoformat(), "valid_until": n.valid_until.isoformat()}
            for n in notices
        ],
        "checks_allowed": checks_allowed,
        "latest_local_time": rules.latest_local_time.strftime("%H:%M") if rules else None,
        "windows": [{"day": w.day.isoformat(), "until": instant(w.until)} for w in windows],
    }


def _codes(order: Order, batch: OrderBatch) -> Document | None:
    """How a tablet knows the codes that the office may give by telephone; it cannot make one from it."""
    secret = batch.secrets.get((order.number, order.epoch))
    if secret is None:
        return None
    return as_document(secret, order.number, order.epoch, policy_of(batch.rules))


def _expected(order: Order, meter: Meter | None, batch: OrderBatch) -> Document | None:
    """The span the dials should show at the visit; as of the route day's noon, so that it stays put."""
    if meter is None:
        return None
    known = batch.reads.get(order.service_point_id, [])
    at = _visit_at(order, batch)
    facts = meter_facts(meter, order.service_point.number)
    meters = {of.serial: of for _, of in known} | {meter.serial: facts}
    factors = batch.rules.high_low(order.service_point.service)
    found = estimate([read for read, _ in known], meters, meter.serial, at, factors)
    if found is None:
        return None
    low, high = expected_dials(found, facts)
    return {"low": low, "high": high}


def _visit_at(order: Order, batch: OrderBatch) -> datetime:
    """Noon of the route day, so that what is announced stays put; now, without one."""
    if order.route_day is None:
        return batch.now
    return datetime.combine(order.route_day, NOON, tzinfo=ZoneInfo(batch.district.timezone))


def _ended_assignments(
    session: Session, technician_id: str, orders: Iterable[Order]
) -> dict[str, Assignment]:
    numbers = [order.number for order in orders]
    if not numbers:
        return {}
    rows = session.scalars(
        select(Assignment)
        .where(
            Assignment.order_number.in_(numbers),
            Assignment.technician_id == technician_id,
            Assignment.ended_at.is_not(None),
        )
        .order_by(Assignment.epoch)
    )
    return {row.order_number: row for row in rows}

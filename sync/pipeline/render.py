"""The documents of docs/documents.md, made from the state of the database at this moment.

Everything is read for a whole batch at once, so that publishing a morning's orders costs a few queries.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.pipeline.instants import instant
from sync.pipeline.render_messages import render_messages
from sync.pipeline.render_order import render_orders
from sync.pipeline.spoken import Spoken
from workorders.catalogue import CATALOGUE, catalogue_document
from workorders.messages.formats import currency_of, hour12_of
from workorders.messages.message import Message
from workorders.messages.words import unable_title
from workorders.metering.register_definitions import registers_document
from workorders.policy.rulebook import MeterTestProfile, RulesInForce
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import FieldEvent, Meter, Order, Quarantine, RouteWay, Shift, Technician, Zone
from workorders.usecases.field.quarantine import kept_aside

Document = dict[str, Any]
PHOTO = {"max_pixels": 1600, "quality": 0.8, "max_bytes": 400_000}
"""Enough to read a serial number; about 0.35 MB each (the handbook's figure for a year of photos)."""


def render(
    session: Session, technician_id: str, subjects: Mapping[tuple[str, str], int], *, now: datetime
) -> dict[str, Document]:
    """Documents by id for subjects (topic, key) → outbox number; a subject without one is left out.

    Topics: order, ack, ref, route, message (`Outbox.topic`).
    """
    keys: dict[str, dict[str, int]] = {}
    for (topic, key), seq in subjects.items():
        keys.setdefault(topic, {})[key] = seq
    documents = render_orders(session, technician_id, keys.get("order", {}), now=now)
    documents |= render_acks(session, technician_id, keys.get("ack", {}))
    documents |= render_messages(session, technician_id, keys.get("message", {}))
    for name in keys.get("ref", {}):
        documents[f"ref:{name}"] = render_reference(session, technician_id, name, now=now)
    for day in keys.get("route", {}):
        documents[f"route:{day}"] = render_route(session, technician_id, date.fromisoformat(day))
    return documents


def render_acks(session: Session, technician_id: str, events: Iterable[str]) -> dict[str, Document]:
    """`ack:<event id>` for events that were judged or quarantined."""
    wanted = sorted(events)
    if not wanted:
        return {}
    kept = session.scalars(
        select(Quarantine)
        .where(Quarantine.database == f"tech-{technician_id}", Quarantine.document_id.in_(wanted))
        .order_by(Quarantine.id)
    )
    spoken = Spoken(session)
    documents = {f"ack:{row.document_id}": _quarantined(row, spoken) for row in kept}
    known = session.scalars(
        select(FieldEvent).where(FieldEvent.id.in_(wanted), FieldEvent.technician_id == technician_id)
    )
    # What was judged goes before what was kept aside: a conflict's first statement is the one that counts.
    return documents | {f"ack:{event.id}": _judged(event, spoken) for event in known}


def render_reference(session: Session, technician_id: str, name: str, *, now: datetime) -> Document:
    """One of `ref:technician`, `ref:catalogue`, `ref:fees`, `ref:settings`. Raises KeyError for others."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    if name == "technician":
        return _technician(session, technician_id)
    if name == "catalogue":
        types = catalogue_document()
        return {
            "kind": "ref",
            "version": hashlib.sha256(orjson.dumps(types)).hexdigest()[:12],
            "types": types,
        }
    if name == "fees":
        return _fees(rules)
    if name == "settings":
        return _settings(session, rules)
    raise KeyError(name)


def render_route(session: Session, technician_id: str, day: date) -> Document:
    """`route:<day>`: the technician's stops in their order, and the shift."""
    stops = session.execute(
        select(Order.number, Order.sequence, Order.planned_start)
        .where(Order.technician_id == technician_id, Order.route_day == day, Order.sequence.is_not(None))
        .order_by(Order.sequence, Order.number)
    ).all()
    shift = session.scalar(
        select(Shift).where(Shift.technician_id == technician_id, Shift.day == day).limit(1)
    )
    way = session.get(RouteWay, (technician_id, day))
    driven = dict(zip(way.stops, way.drive_seconds, strict=False)) if way else {}
    return {
        "kind": "route",
        "day": day.isoformat(),
        "stops": [
            {
                "order": number,
                "sequence": place,
                "arrive": instant(start),
                "drive_seconds": driven.get(number),
            }
            for number, place, start in stops
        ],
        "geometry": way.geometry if way else [],
        "steps": _steps(way, Spoken(session)) if way else [],
        "metres": way.metres if way else None,
        "shift": {"from": instant(shift.starts_at), "until": instant(shift.ends_at)} if shift else None,
    }


def _steps(way: RouteWay, spoken: Spoken) -> list[Document]:
    """The instructions in words, those of a way from before messages had codes as they were written."""
    kept = [(step, Message.from_json(step.get("message") or step.get("text"))) for step in way.steps]
    return [step | {"text": spoken.english(words), "said": spoken.said(words)} for step, words in kept]


def _judged(event: FieldEvent, spoken: Spoken) -> Document:
    return {
        "kind": "ack",
        "event": event.id,
        "order": event.order_number,
        "status": event.status,
        "words": spoken.english(event.ack),
        "said": spoken.said(event.ack),
        "message": event.ack.as_json(),
        "codes": list(event.codes),
        "at": instant(event.received_at),
    }


def _quarantined(row: Quarantine, spoken: Spoken) -> Document:
    message = kept_aside(row)
    order = row.body.get("order") if isinstance(row.body, dict) else None
    return {
        "kind": "ack",
        "event": row.document_id,
        "order": order if isinstance(order, str) else None,
        "status": "quarantined",
        "words": spoken.english(message),
        "said": spoken.said(message),
        "message": message.as_json(),
        "codes": [row.code],
        "at": instant(row.received_at),
    }


def _technician(session: Session, technician_id: str) -> Document:
    row = session.execute(
        select(Technician, Zone.name)
        .outerjoin(Zone, Zone.id == Technician.zone_id)
        .where(Technician.id == technician_id)
    ).one()
    technician, zone = row.Technician, row.name
    van = session.scalars(
        select(Meter).where(Meter.van_technician_id == technician_id).order_by(Meter.serial)
    )
    return {
        "kind": "ref",
        "id": technician.id,
        "name": technician.name,
        "skills": list(technician.skills),
        "van": [
            {
                "serial": meter.serial,
                "size": meter.size,
                "make": meter.make,
                "dials": meter.dials,
                "multiplier": meter.multiplier,
                "unit": meter.unit,
                **registers_document(meter.registers),
            }
            for meter in van
        ],
        "zone": zone,
    }


def _fees(rules: RulesInForce) -> Document:
    return {
        "kind": "ref",
        "rule_set": rules.version,
        "fees": [
            {"code": fee.code, "title": fee.title, "cents": fee.amount_cents, "trigger": fee.trigger}
            for _, fee in sorted(rules.fees.items())
        ],
    }


def _settings(session: Session, rules: RulesInForce) -> Document:
    district = district_of(session)
    policy = rules.payment_policy()
    reasons = sorted({code for known in CATALOGUE.values() for code in known.unable_reasons})
    return {
        "kind": "ref",
        "district": district.name,
        "timezone": district.timezone,
        "locale": district.locale.replace("_", "-"),
        "currency": currency_of(district.locale),
        "hour12": hour12_of(district.locale),
        "units": district.units,
        "photo": PHOTO,
        "geofence_m": fence.radius_m if (fence := rules.geofence()) else None,
        "payment": {
            "policy": policy.policy if policy else "forbidden",
            "methods": list(policy.methods) if policy else [],
            "floor_cents": policy.floor_cents if policy else 0,
        },
        "unable_reasons": [{"code": code, "title": unable_title(code)} for code in reasons],
        "meter_test_profiles": _test_profiles(rules),
    }


def _test_profiles(rules: RulesInForce) -> Document:
    """The flows of each size's meter test, so that a technician need not know them by heart."""
    return {
        key: {
            "error_of": profile.error_of,
            "flows": [
                {
                    "name": flow.name,
                    "gpm": flow.gpm,
                    "low_percent": flow.low_percent,
                    "high_percent": flow.high_percent,
                }
                for flow in profile.flows
            ],
        }
        for (kind, key), profile in sorted(rules.rules.items(), key=lambda rule: rule[0])
        if kind == "meter_test_profile" and isinstance(profile, MeterTestProfile)
    }

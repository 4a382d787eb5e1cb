"""A technician's day: the orders of the route one after another, each with what is found there."""

import random
from datetime import datetime, timedelta
from typing import Any

from demo.month import answers as filling
from demo.month.doors import at_the_door
from demo.month.stage import Month
from demo.month.tablet import Document, Tablet, instant, visit_key

UNABLE = 0.07
"""Share of visits for nothing."""
REASONS = {
    "no_access": 30,
    "locked_gate": 18,
    "dog": 12,
    "customer_absent": 10,
    "weather": 8,
    "time_expired": 6,
    "buried_or_flooded": 5,
    "valve_inoperable": 4,
    "not_ready": 4,
    "unsafe": 3,
    "meter_not_found": 3,
    "customer_refused": 3,
    "wrong_meter": 1,
    "medical_claim": 14,
    "proof_of_payment_shown": 10,
}
"""Reasons with their weights; each order takes those that its type has."""
CUT, LAST_CUT = "disconnect_np", (14, 40)
DRIVE_MINUTES = (3, 8)
PACE = 0.6
"""Share of the planned minutes that work takes; door tags and reads go fast."""


def pull(month: Month, tablet: Tablet) -> None:
    """What is new comes onto the tablet, and each new order of today is acknowledged."""
    before = {
        name: one.get("epoch") for name, one in tablet.documents.items() if one.get("state") == "dispatched"
    }
    tablet.pull(month.store)
    for order in tablet.orders(month.today):
        if before.get(order["_id"]) != order["epoch"]:
            tablet.write("acknowledged", order, {}, month.now)


def work(month: Month, tablet: Tablet, begins: datetime, until: datetime, *, quick: bool = False) -> None:
    """Visit what waits on the tablet until the time is up; the rest waits for the next stretch.

    `quick`: a minute a visit, to have everything done on the last evening. Nobody cuts late in the day.
    """
    rng = month.rng("field", tablet.technician, begins)
    at = begins
    for order in [one for one in tablet.orders(month.today) if visit_key(one) not in tablet.done]:
        if order["type"] == CUT and at >= month.at(*LAST_CUT):
            continue
        minutes = 1 if quick else rng.randint(*DRIVE_MINUTES) + max(3, round(order["planned_minutes"] * PACE))
        if at + timedelta(minutes=minutes) > until:
            return
        _visit(month, tablet, order, (at, at + timedelta(minutes=minutes)), rng)
        at += timedelta(minutes=minutes)


def back_out(month: Month, tablet: Tablet) -> None:
    """Orders that were called off while they waited on the tablet are left alone."""
    for name, order in list(tablet.documents.items()):
        called_off = name.startswith("order:") and order.get("state") == "cancelled"
        if called_off and visit_key(order) not in tablet.done:
            tablet.write("cancel_seen", order, {"choice": "back_out"}, month.now)
            tablet.done.add(visit_key(order))
            month.tally["backed_out"] += 1


def _visit(
    month: Month, tablet: Tablet, order: Document, span: tuple[datetime, datetime], rng: random.Random
) -> None:
    start, end = span
    tablet.done.add(visit_key(order))
    tablet.write("en_route", order, {}, start)
    tablet.write("on_site", order, {}, start + (end - start) / 4)
    form = tablet.documents["ref:catalogue"]["types"][order["type"]]
    reason = _unable(month, form, rng)
    if reason is not None:
        _report_unable(month, tablet, order, reason, end)
        return
    tablet.write("started", order, {}, start + (end - start) / 3)
    found = at_the_door(month, tablet, order, end, rng) if order["type"] == CUT else None
    given = _given(month, tablet, order, rng) if found is None else found
    if given is None:
        _report_unable(
            month,
            tablet,
            order,
            "not_ready" if "not_ready" in form["unable_reasons"] else "time_expired",
            end,
        )
        return
    done = filling.filled(form, given, order, month.today)
    photos = [one for one in done.values() if isinstance(one, str) and one.endswith(".jpg")]
    body = filling.body_of(form, done, end)
    month.tally[f"field_{body['outcome']}"] += 1
    tablet.write("completed", order, body, end, photos)


def _unable(month: Month, form: Document, rng: random.Random) -> str | None:
    known = [one for one in REASONS if one in form["unable_reasons"]]
    if rng.random() >= UNABLE or not known:
        return None
    fresh = [one for one in known if not month.tally[f"unable_{one}"]]
    return fresh[0] if fresh else rng.choices(known, [REASONS[one] for one in known])[0]


def _report_unable(month: Month, tablet: Tablet, order: Document, reason: str, at: datetime) -> None:
    body: dict[str, Any] = {
        "reason": reason,
        "arrived_at": instant(at - timedelta(minutes=5)),
        "finished_at": instant(at),
        "read": None,
        "serial_seen": "CB-UNKNOWN-1" if reason == "wrong_meter" else None,
        "remarks": None,
        "answers": {},
    }
    month.tally[f"unable_{reason}"] += 1
    tablet.write("unable", order, body, at)


def _given(month: Month, tablet: Tablet, order: Document, rng: random.Random) -> dict[str, Any] | None:
    """What is found at a visit of each type, beyond the usual; None: the work cannot be done today."""
    kind, draw = order["type"], rng.random()
    if kind in {"exchange", "new_set"}:
        return _new_meter(month, tablet, order, draw)
    if kind == "meter_test":
        profiles = tablet.documents["ref:settings"]["meter_test_profiles"]
        profile = profiles.get(f"water.{order['meter']['size']}") or profiles["water.5/8"]
        return {"flows": filling.flows(profile, rng, fast=draw < 0.15)}
    found: dict[str, Any] = {}
    if kind in {"reconnect", "turn_on"}:
        found = {"left_on": True, "somebody_home": True}
        read = order["reads"][-1]["value"] if order["reads"] else 0
        used = rng.randint(200, 900) if draw < 0.06 else rng.randint(0, 5)
        found["read"] = (read + used) % 10 ** order["meter"]["dials"]
    elif kind == "turn_off":
        found = {"left_on": order["extra"].get("leave_on") is True or False, "lock": f"L{order['number']}"}
    elif kind == "special_read":
        found = {"could_read": draw >= 0.15}
    elif kind == "investigate" and draw < 0.5:
        found = {
            "leak_dial_moving": True,
            "side": "customer" if draw < 0.4 else "district",
            "meter_suspect": draw < 0.05,
        }
    elif kind == "reread" and draw < 0.12:
        found = {"dial_moving": True, "taps_closed": True} if draw < 0.08 else {"meter_condition": "damaged"}
    elif kind == "backflow_locate":
        found = {"found": draw >= 0.25, "needed": True, "device_serial": f"BF{order['number']}"}
    elif kind == "removal":
        found = {"old_there": True, "meter_goes": "scrap" if draw < 0.5 else "van"}
    elif kind == "tamper":
        found = {"left_on": True, "bypass_kind": "broken_lock" if draw < 0.5 else "none"}
    elif kind == "verify":
        found = {"status": order["service_point"]["state"].replace("off_np", "off")}
    return found


def _new_meter(month: Month, tablet: Tablet, order: Document, draw: float) -> dict[str, Any] | None:
    """A meter of the right size from this van; of some exchanges the old one is out and none is in."""
    if order["type"] == "new_set" and draw < 0.2:
        return {"site_ready": False}
    size = order["service_point"]["size"]
    van = tablet.documents["ref:technician"]["van"]
    spare = next((m for m in van if m["size"] == size and m["serial"] not in tablet.used), None)
    if spare is None or (order["type"] == "exchange" and draw < 0.08):
        return (
            {"old_there": True, "new_in": False}
            if order["type"] == "exchange" and spare is not None
            else None
        )
    tablet.used.add(spare["serial"])
    month.tally["meters_set"] += 1
    there = {"old_there": order["meter"] is not None, "new_in": True}
    return there | {"site_ready": True, "new_serial": spare["serial"], "new_read": 0, "left_on": True}

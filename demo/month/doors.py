"""At the door of a disconnect: nobody is home, the customer pays, or there is a reason not to cut."""

import random
from datetime import datetime
from typing import Any

from demo.month.stage import Month
from demo.month.tablet import Document, Tablet

LEAST_CENTS = 100
PAYS, PARTLY, PARTLY_AND_CUT = 0.12, 0.145, 0.165
"""Draws below: pays all; pays a part and is left on; pays a part and is cut."""
WRONG_PREMISE_EVERY, WRONG_PREMISE_FIRST = 150, 4
"""The fourth cut and every 150th after it is made next door."""
GAP_ON = 1
"""From that working day on, the next receipt leaves a number out: its paper was torn."""
CHECKS = 0.3
SPOILT = 0.04
"""Share of receipts before which a number is spoilt and voided."""


def at_the_door(
    month: Month, tablet: Tablet, order: Document, at: datetime, rng: random.Random
) -> dict[str, Any]:
    """What is answered; money that is taken is written before."""
    draw, authority = rng.random(), order["authority"] or {}
    due = authority.get("avoid_cents") or 0
    fresh = _not_yet(month)
    if fresh is not None and due > LEAST_CENTS:
        draw = fresh
    if draw < PAYS and due >= LEAST_CENTS:
        month.tally["paid_at_the_door"] += 1
        _take(month, tablet, order, (due, at), rng)
        return {"contact": "customer", "cut_made": False}
    if draw < PARTLY_AND_CUT and due >= 3 * LEAST_CENTS:
        left_on = draw < PARTLY
        month.tally["partly_left_on" if left_on else "partly_and_cut"] += 1
        _take(month, tablet, order, (due // 3, at), rng)
        return _cut(order) | {"contact": "customer", "cut_made": not left_on}
    month.tally["cut_made"] += 1
    other = (
        _neighbour(tablet, order)
        if month.tally["cut_made"] % WRONG_PREMISE_EVERY == WRONG_PREMISE_FIRST
        else None
    )
    if other is not None:
        month.tally["wrong_premise"] += 1
    return _cut(order) | {"contact": "nobody"} | ({"serial_seen": other} if other else {})


def _neighbour(tablet: Tablet, order: Document) -> str | None:
    """The meter of another order: the wrong valve was turned."""
    for name, one in sorted(tablet.documents.items()):
        meter = one.get("meter") if name.startswith("order:") else None
        if meter and meter["serial"] != order["meter"]["serial"] and one["service_point"]["state"] == "on":
            return str(meter["serial"])
    return None


def _not_yet(month: Month) -> float | None:
    """The draw of what has not happened in this month, once three were cut: a small month has all of it."""
    if month.tally["field_completed"] < 1:
        return None
    for name, draw in (("paid_at_the_door", 0.0), ("partly_left_on", PAYS), ("partly_and_cut", PARTLY)):
        if not month.tally[name]:
            return draw
    return None


def _take(
    month: Month, tablet: Tablet, order: Document, what: tuple[int, datetime], rng: random.Random
) -> None:
    cents, at = what
    account = order["account"]["number"]
    if rng.random() < SPOILT or not month.tally["receipts_void"]:
        tablet.void_number(order, account, "spoilt in the printer", at)
        month.tally["receipts_void"] += 1
    if month.place >= GAP_ON and not month.tally["lost_numbers"]:
        tablet.receipt += 1
        month.gaps.add(tablet.technician)
        month.tally["lost_numbers"] += 1
    check = (
        str(rng.randint(100, 9_999))
        if rng.random() < CHECKS and order["authority"]["checks_allowed"]
        else None
    )
    tablet.take_money(order, account, cents, at, check)
    month.tally["receipts"] += 1


def _cut(order: Document) -> dict[str, Any]:
    return {"cut_made": True, "cut_method": "curb_stop", "lock": f"L{order['number']}", "tag_left": True}

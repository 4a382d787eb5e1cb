"""Rows as the API shows them, and the version a caller must have seen."""

import re
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from server.viewing import said
from workorders.problems import Problem
from workorders.tables import Order

_VERSION_TAG = re.compile(r'"(?P<version>[0-9]{1,9})"')


def order_view(order: Order) -> dict[str, Any]:
    """An order as OrderSchema names it."""
    point = order.service_point
    position = point.premise.position
    return {
        name: getattr(order, name)
        for name in (
            "number",
            "version",
            "type",
            "state",
            "outcome",
            "priority",
            "due_from",
            "due_until",
            "appointment_from",
            "appointment_until",
            "planned_minutes",
            "extra",
            "no_charge",
            "epoch",
            "route_day",
            "sequence",
            "requested_at",
            "requested_by",
            "cancelled_at",
            "finished_at",
            "follow_reason",
        )
    } | {
        "technician": order.technician_id,
        "instructions": " ".join(filter(None, (said(order.task), order.instructions))) or None,
        "task": order.task.as_json() if order.task else None,
        "cancel_reason": said(order.cancel_reason) or None,
        "cancel_message": order.cancel_reason.as_json() if order.cancel_reason else None,
        "account": order.account.number if order.account else None,
        "follows": order.follows_number,
        "place": {
            "service_point": point.number,
            "state": point.state,
            "premise": point.premise.number,
            "address": point.premise.address,
            "position": [position.x, position.y],
        },
    }


def seen_version() -> int:
    """The version in If-Match, which every change of an order needs.

    Raises Problem version_required when it is missing, bad_input when it is no ETag of an order.
    """
    if "If-Match" not in request.headers:
        raise Problem("version_required")
    found = _VERSION_TAG.fullmatch(request.headers.get("If-Match", "").strip())
    if found is None:
        raise Problem("bad_input", field="If-Match", reason="send the ETag of the order as it was read")
    return int(found["version"])


def settled(session: Session, order: Order) -> dict[str, Any]:
    """The view of an order after a change, with the version it will have."""
    session.flush()
    return order_view(order)

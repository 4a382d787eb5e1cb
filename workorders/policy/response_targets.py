"""When somebody must be there: the response that was promised, or that the district's policy asks for. Pure.

The figures are the dated setting `response_targets`; a promise is a fact of the order itself.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any


def respond_by(
    extra: Mapping[str, Any],
    priority: int,
    *,
    requested_at: datetime,
    due_until: datetime | None,
    policy: Mapping[str, Any],
) -> datetime | None:
    """The earliest instant by which work should begin; None when nothing asks for one.

    `extra`: the order's input by type (`promise_by`, an ISO instant; `complaint`). `policy`: the setting
    `response_targets`, empty when the district has none; then only promises and due times count.
    """
    asked = [at for at in (_instant(extra.get("promise_by")), due_until) if at is not None]
    if policy and priority >= policy["emergency_priority"]:
        asked.append(requested_at + timedelta(minutes=policy["emergency_minutes"]))
    minutes = policy.get("complaint_minutes", {}).get(extra.get("complaint"))
    if minutes is not None:
        asked.append(requested_at + timedelta(minutes=minutes))
    return min(asked, default=None)


def _instant(text: Any) -> datetime | None:
    """An aware instant; None for anything else: an order's input was checked when it was raised."""
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else None

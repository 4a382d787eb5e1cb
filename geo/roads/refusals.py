"""What refusals about places say of a distance."""

from typing import Any

from workorders.messages.message import Message
from workorders.messages.words import Said


def within(max_metres: float) -> dict[str, Any]:
    """The details of a Problem that names a distance: `max_metres` for programs, `distance` for people."""
    metres = round(max_metres)
    return {"max_metres": metres, "distance": Said([Message("measure.length", {"metres": metres})])}

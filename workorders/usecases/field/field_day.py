"""A technician's day as the tablet reports it: signed on, on a break, back, signed off."""

from workorders.facts import EventFacts
from workorders.judgement.event_schema import Unreadable
from workorders.messages.message import Message

DAY = "day"
"""The field event of it; it concerns no order."""
STATES = ("signed_on", "break", "back", "signed_off")


def day_noted(event: EventFacts) -> Message:
    """What the tablet is answered. Raises Unreadable `malformed` for a state that there is not."""
    if event.body.get("state") not in STATES:
        raise Unreadable(
            "malformed", Message.of("unreadable.fields", fields="state", detail=", ".join(STATES))
        )
    return Message("ack.noted")

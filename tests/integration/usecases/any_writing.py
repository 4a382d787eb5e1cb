"""Anything a tablet may write about an order, sensible or not."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.integration.usecases import answers
from tests.integration.usecases.tablet import Tablet
from workorders.tables import Order

TYPES = ("disconnect_np", "reconnect", "turn_on", "turn_off", "reread", "exchange")
PROGRESS = ("acknowledged", "en_route", "on_site", "started", "suspended", "resumed")
PICK = st.integers(0, 10_000)
COMPLETIONS = ("done", "done", "strange")
"""What the order asks for, or the answers of another type's form."""
REASONS = ("no_access", "dog", "medical_claim", "wrong_meter")


@dataclass(frozen=True)
class Written:
    """What a tablet writes about an order: under which epoch, having seen what, when, with photos or not."""

    kind: str
    which: int
    seen: bool
    minutes: int
    photos: bool
    old: bool


WRITTEN = st.builds(
    Written,
    kind=st.sampled_from((*PROGRESS, *COMPLETIONS, "unable", "payment", "cancel_seen")),
    which=PICK,
    seen=st.booleans(),
    minutes=st.integers(-30, 10),
    photos=st.booleans(),
    old=st.booleans(),
)


def any_document(tablet: Tablet, order: Order, written: Written, given: dict[str, Any]) -> dict[str, Any]:
    """Return what the tablet pushes; `given` says when, under which epoch and having seen what."""
    which = written.which
    if written.kind == "unable":
        return tablet.unable(order, REASONS[which % 4], **given)
    if written.kind == "payment":
        return tablet.payment(order, 1 + which, **given)
    if written.kind == "cancel_seen":
        return tablet.event(written.kind, order, {"choice": ("finish", "back_out")[which % 2]}, **given)
    if written.kind in PROGRESS:
        return tablet.event(written.kind, order, **given)
    type_ = order.type if written.kind == "done" else TYPES[which % len(TYPES)]
    filled = _answers(type_, order, tablet, which)
    pictures = given if written.photos else given | {"photos": ()}
    return tablet.completed(order, filled, **pictures)


def _answers(type_: str, order: Order, tablet: Tablet, which: int) -> dict[str, Any]:
    household, read = int(order.service_point.number.removeprefix("SP-")), 140_000 + which
    if type_ == "disconnect_np":
        return answers.cut(household, read)
    if type_ == "exchange":
        return answers.exchange(household, f"N{tablet.technician}{1 + which % 4}".upper(), read)
    if type_ in {"turn_on", "reconnect"}:
        return answers.on(household, read)
    if type_ == "turn_off":
        return answers.on(household, read) | {"left_on": which % 2 == 0, "lock": f"L{which}"}
    return answers.reread(household, read)

"""How far what the office sees may lag behind the field, in one sentence.

A tablet works without signal. Between its contacts the office knows only what it last said, and a CSR must
be able to say so to a customer.
"""

from dataclasses import dataclass

from workorders.catalogue import order_type_of
from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.messages import timeline_en as texts
from workorders.problems import Reason


@dataclass(frozen=True, slots=True)
class TabletView:
    """What is known of the tablet that has, or last had, an order."""

    technician: str
    """The technician's name."""
    heard: str | None
    """When the tablet was last heard, as people read it; None: never."""
    published: bool
    """The newest change is in the technician's database, where the tablet can fetch it."""
    confirmed: bool
    """The tablet has said something about this order since it was last assigned."""
    knows_latest: bool
    """A report of the tablet names this or a later server sequence than the cancel or recall."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """The sentence and whether it is one to act on (`doubt`) or only says how fresh the state is."""

    words: Reason
    doubt: bool


def staleness(order_type: str, state: str, told_tablet: bool, tablet: TabletView | None) -> Staleness | None:
    """What to say about an order; None when nothing can have happened unseen.

    `told_tablet`: the order was on a tablet when it was cancelled, superseded or recalled.
    """
    if tablet is None:
        return None
    said = _after_the_end(order_type, state, told_tablet, tablet) or _in_the_field(order_type, state, tablet)
    if said is None:
        return None
    text, doubt = said
    heard = Reason(texts.HEARD, at=tablet.heard) if tablet.heard else Reason(texts.NEVER_HEARD)
    return Staleness(Reason(text, heard=heard, technician=tablet.technician), doubt)


def _after_the_end(
    order_type: str, state: str, told_tablet: bool, tablet: TabletView
) -> tuple[str, bool] | None:
    if state not in {State.CANCELLED, State.SUPERSEDED, State.RECALLED} or not told_tablet:
        return None
    if tablet.knows_latest:
        return None
    recalled = state == State.RECALLED
    if order_type_of(order_type).needs_authority:
        return texts.POSSIBLY_OFF_RECALLED if recalled else texts.POSSIBLY_OFF_CANCELLED, True
    return texts.RECALL_UNKNOWN if recalled else texts.CANCEL_UNKNOWN, True


def _in_the_field(order_type: str, state: str, tablet: TabletView) -> tuple[str, bool] | None:
    if state not in IN_FIELD:
        return None
    if not tablet.published:
        return texts.NOT_SENT, False
    if order_type_of(order_type).needs_authority:
        return texts.POSSIBLY_OFF, True
    return texts.AS_OF if tablet.confirmed else texts.NOT_CONFIRMED, False

"""What people of a cash office do, in the words of tests: pay at the door, hand in, count, sign."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER
from workorders.grammar.cash_count import DENOMINATIONS, Count
from workorders.tables import TurnIn
from workorders.usecases.cash.turn_ins import count_turn_in, open_turn_in, sign_turn_in


def counted(cents: int, items: Mapping[str, int] | None = None) -> Count:
    """That much cash in the fewest pieces, and checks."""
    cash: dict[int, int] = {}
    for denomination in DENOMINATIONS:
        if denomination == 50:
            continue
        cash[denomination], cents = divmod(cents, denomination)
    return Count({one: pieces for one, pieces in cash.items() if pieces}, dict(items or {}))


def paid_at_the_door(session: Session, tablet: Tablet, household: int, cents: int) -> str:
    """A cut ends in cash; the receipt's number."""
    cut = world.sent(session, "disconnect_np", household, tablet.technician)
    document = tablet.payment(cut, cents)
    world.take(session, document)
    return str(document["body"]["receipt"]["number"])


def handed_in(
    session: Session,
    receipts: list[str],
    cents: int,
    *,
    technician: str = "t01",
    people: tuple[str, str] = ("casey", "sam"),
    reason: str = "",
    now: datetime = LATER,
) -> TurnIn:
    """A turn-in from its opening to the second signature."""
    made = open_turn_in(session, technician, receipts, now=now, actor=people[0])
    for person in people:
        count_turn_in(session, made.id, counted(cents), now=now, actor=person)
    for person in people:
        sign_turn_in(session, made.id, reason=reason, as_supervisor=False, now=now, actor=person)
    session.commit()
    return made

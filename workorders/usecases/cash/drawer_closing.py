"""A drawer is counted blind by its owner and closed for ever by somebody else."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.policy.cash_control import difference_lines
from workorders.problems import Problem
from workorders.queries.drawers import expected_in_drawer, payments_in_drawer, waiting_in_drawer
from workorders.tables import CashSignature, Drawer, WaitingBag
from workorders.usecases.cash.counting import keep_count, needed_reason
from workorders.usecases.cash.drawers import drawer_for_update
from workorders.usecases.cash.vault_transfers import return_float


def count_drawer(session: Session, drawer_id: str, count: Count, *, now: datetime, actor: str) -> Drawer:
    """Keep what the owner found, float included; from here on nothing goes in or out.

    Raises Problem `not_found`, `not_allowed` for another's drawer, `cash_closed`, `drawer_waits` while a
    payment in it waits for approval, and `bad_input`.
    """
    drawer = drawer_for_update(session, drawer_id)
    if drawer.kind != "person" or drawer.owner != actor[:80]:
        raise Problem("not_allowed")
    if drawer.state != "open":
        raise Problem("cash_closed", key=drawer_id)
    waiting = waiting_in_drawer(session, drawer_id)
    if waiting:
        raise Problem("drawer_waits", key=drawer_id, count=waiting)
    items = [one.payment_id for one in payments_in_drawer(session, drawer_id) if one.method == "check"]
    keep_count(session, drawer_id, count, items=items, now=now, actor=actor)
    drawer.expected_cents = expected_in_drawer(session, drawer)
    drawer.counted_cents, drawer.state = count.cents, "counted"
    session.flush()
    return drawer


def close_drawer(session: Session, drawer_id: str, *, reason: str, now: datetime, actor: str) -> Drawer:
    """Close somebody else's counted drawer, or a kiosk or drop box that two people counted.

    What is over or short goes to OS with its reason; a float goes back to the vault that it came from.
    Raises Problem `not_found`, `cash_closed` unless it is counted, `other_person_needed` for its owner, and
    `bad_input` without a reason for a difference.
    """
    drawer = drawer_for_update(session, drawer_id)
    if drawer.state != "counted" or drawer.counted_cents is None or drawer.expected_cents is None:
        raise Problem("cash_closed", key=drawer_id)
    if drawer.kind == "person" and drawer.owner == actor[:80]:
        raise Problem("other_person_needed", key=drawer_id)
    lines = difference_lines("UNDEP", drawer.expected_cents, drawer.counted_cents)
    if lines:
        drawer.reason = needed_reason(reason)
        post(
            session,
            source=f"drawer:{drawer_id}",
            purpose="drawer_closed",
            message=Message.of("entry.drawer_closed", drawer=drawer_id),
            lines=lines,
            parties={},
            effective_at=now,
            now=now,
        )
    return_float(session, drawer, now=now)
    session.add(CashSignature(subject=drawer_id, signed_by=actor[:80], signed_at=now, as_supervisor=False))
    drawer.state, drawer.closed_at, drawer.closed_by = "closed", now, actor[:80]
    session.add(WaitingBag(subject=drawer_id))
    session.flush()
    return drawer

"""A drawer is counted blind by its owner and closed for ever by somebody else.

When the owner does not come back, a supervisor takes it over: two other people count and close it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.policy.cash_control import difference_lines
from workorders.problems import Problem
from workorders.queries.custody import counts_of
from workorders.queries.drawers import expected_in_drawer, payments_in_drawer, waiting_in_drawer
from workorders.tables import CashSignature, Drawer, DrawerTakenOver, WaitingBag
from workorders.usecases.administration.audit import note_change
from workorders.usecases.cash.counting import keep_count, needed_reason
from workorders.usecases.cash.drawers import drawer_for_update
from workorders.usecases.cash.vault_transfers import return_float


def count_drawer(session: Session, drawer_id: str, count: Count, *, now: datetime, actor: str) -> Drawer:
    """Keep what the owner found, float included; from here on nothing goes in or out.

    One that was taken over is counted by anybody but its owner. Raises Problem `not_found`, `not_allowed` for
    another's drawer, `drawer_taken_over` for its owner, `cash_closed`, `drawer_waits` while a payment in it
    waits for approval, and `bad_input`.
    """
    drawer = drawer_for_update(session, drawer_id)
    own = drawer.owner == actor[:80]
    taken = session.get(DrawerTakenOver, drawer_id)
    if drawer.kind != "person" or (taken is None and not own):
        raise Problem("not_allowed")
    if drawer.state != "open":
        raise Problem("cash_closed", key=drawer_id)
    if taken is not None and own:
        raise Problem("drawer_taken_over", key=drawer_id)
    waiting = waiting_in_drawer(session, drawer_id)
    if waiting:
        raise Problem("drawer_waits", key=drawer_id, count=waiting)
    items = [one.payment_id for one in payments_in_drawer(session, drawer_id) if one.method == "check"]
    keep_count(session, drawer_id, count, items=items, now=now, actor=actor)
    drawer.expected_cents = expected_in_drawer(session, drawer)
    drawer.counted_cents, drawer.state = count.cents, "counted"
    session.flush()
    return drawer


def take_drawer_over(
    session: Session, drawer_id: str, *, reason: str, now: datetime, actor: str
) -> DrawerTakenOver:
    """Let others count an open drawer whose owner does not come back; nothing goes in or out any more.

    Taken over already, it stays as it was. Raises Problem `not_found`, `cash_closed` once it is counted,
    `other_person_needed` for its owner, and `bad_input` naming `taken` without a reason.
    """
    drawer = drawer_for_update(session, drawer_id)
    if drawer.kind != "person":
        raise Problem("not_found", what="drawer", key=drawer_id)
    if drawer.state != "open":
        raise Problem("cash_closed", key=drawer_id)
    if drawer.owner == actor[:80]:
        raise Problem("other_person_needed", key=drawer_id)
    known = session.get(DrawerTakenOver, drawer_id)
    if known is not None:
        return known
    why = needed_reason(reason, field="taken")
    taken = DrawerTakenOver(drawer_id=drawer_id, reason=why, taken_at=now, taken_by=actor[:80])
    session.add(taken)
    session.flush()
    changes = {"counted_by": (drawer.owner, None)}
    subject = f"drawer:{drawer_id}"
    note_change(session, subject, "drawer_taken_over", now=now, actor=actor, changes=changes, reason=why)
    return taken


def close_drawer(
    session: Session,
    drawer_id: str,
    *,
    reason: str,
    now: datetime,
    actor: str,
    as_supervisor: bool = False,
) -> Drawer:
    """Close somebody else's counted drawer, or a kiosk or drop box that two people counted.

    What is over or short goes to OS with its reason; a float goes back to the vault that it came from. Of one
    that was taken over a supervisor either counts or closes. Raises Problem `not_found`, `cash_closed` unless
    it is counted, `other_person_needed` for its owner and for who counted it, `supervisor_closes`, and
    `bad_input` without a reason for a difference.
    """
    drawer = drawer_for_update(session, drawer_id)
    if drawer.state != "counted" or drawer.counted_cents is None or drawer.expected_cents is None:
        raise Problem("cash_closed", key=drawer_id)
    if drawer.kind == "person":
        _check_other_person(session, drawer, as_supervisor=as_supervisor, actor=actor)
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
    signature = CashSignature(
        subject=drawer_id, signed_by=actor[:80], signed_at=now, as_supervisor=as_supervisor
    )
    session.add(signature)
    drawer.state, drawer.closed_at, drawer.closed_by = "closed", now, actor[:80]
    session.add(WaitingBag(subject=drawer_id))
    session.flush()
    return drawer


def _check_other_person(session: Session, drawer: Drawer, *, as_supervisor: bool, actor: str) -> None:
    """Nobody closes what is their own or what they counted themselves."""
    counted_by = counts_of(session, drawer.id)[-1].counted_by
    if actor[:80] in {drawer.owner, counted_by}:
        raise Problem("other_person_needed", key=drawer.id)
    taken = session.get(DrawerTakenOver, drawer.id)
    if taken is not None and not as_supervisor and counted_by != taken.taken_by:
        raise Problem("supervisor_closes", key=drawer.id)

"""What lies in a kiosk or drop box: payments fall into it, and two people empty and count it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.cash_count import Count
from workorders.policy.cash_control import agreed
from workorders.problems import Problem
from workorders.queries.custody import counts_of
from workorders.queries.district import district_of
from workorders.queries.drawers import expected_in_drawer, payments_in_drawer, waiting_in_drawer
from workorders.queries.offices import open_batch_of, point_named
from workorders.tables import CollectionPoint, CountSetAside, Drawer
from workorders.usecases.administration.audit import note_change
from workorders.usecases.cash.counting import keep_count, needed_reason
from workorders.usecases.cash.drawers import drawer_for_update
from workorders.usecases.history import count as next_value

PREFIXES = {"kiosk": "KI", "drop_box": "DB"}


def point_for_channel(session: Session, code: str, channel: str) -> CollectionPoint:
    """A kiosk or drop box that payments of this channel lie in.

    Raises Problem `not_found`, and `bad_input` naming `point` for one of another kind or taken down.
    """
    point = point_named(session, code)
    if point.kind != channel or not point.active:
        raise Problem("bad_input", field="point", reason="choose a kiosk or drop box of that kind")
    return point


def container_of(session: Session, point: CollectionPoint, *, now: datetime) -> Drawer:
    """What lies in the kiosk or drop box since it was last emptied; begun when nothing did."""
    held = select(Drawer).where(Drawer.owner == point.code, Drawer.kind == point.kind, Drawer.state == "open")
    found = session.scalar(held.with_for_update(of=Drawer, key_share=True))
    if found is not None:
        return found
    made = Drawer(
        id=f"{PREFIXES[point.kind]}-{next_value(session, point.kind):06d}",
        kind=point.kind,
        office=point.office,
        owner=point.code,
        day=district_of(session).day_of(now),
        float_cents=0,
        state="open",
        opened_at=now,
    )
    session.add(made)
    session.flush()
    return made


def count_container(session: Session, drawer_id: str, count: Count, *, now: datetime, actor: str) -> Drawer:
    """Keep what one of two people found in it; once both found the same, it takes no more payments.

    Raises Problem `not_found`, `cash_closed`, `counted_by_two`, `batch_open` while payments out of it
    are being keyed, `drawer_waits` while one waits for approval, and `bad_input`.
    """
    drawer = _open_container(session, drawer_id)
    batch = open_batch_of(session, drawer.owner)
    if batch is not None:
        raise Problem("batch_open", key=batch)
    waiting = waiting_in_drawer(session, drawer_id)
    if waiting:
        raise Problem("drawer_waits", key=drawer_id, count=waiting)
    items = [one.payment_id for one in payments_in_drawer(session, drawer_id) if one.method == "check"]
    both = agreed(keep_count(session, drawer_id, count, items=items, now=now, actor=actor))
    if both is not None:
        drawer.expected_cents = expected_in_drawer(session, drawer)
        drawer.counted_cents, drawer.state = both.cents, "counted"
    session.flush()
    return drawer


def set_container_count_aside(
    session: Session, drawer_id: str, *, reason: str, now: datetime, actor: str
) -> CountSetAside:
    """Others count it anew: the two who began do not agree, or one of them has left. What they found stays.

    Raises Problem `not_found`, `cash_closed` once two agree, and `bad_input` naming `aside` without a reason
    or before anybody has counted.
    """
    drawer = _open_container(session, drawer_id)
    counts = counts_of(session, drawer_id)
    if not counts:
        raise Problem("bad_input", field="aside", reason="nobody has counted it yet")
    aside = CountSetAside(
        subject=drawer.id,
        last_count_id=counts[-1].id,
        reason=needed_reason(reason, field="aside"),
        set_aside_at=now,
        set_aside_by=actor[:80],
    )
    session.add(aside)
    session.flush()
    people = ", ".join(sorted({one.counted_by for one in counts}))
    note_change(
        session,
        f"drawer:{drawer.id}",
        "count_set_aside",
        now=now,
        actor=actor,
        changes={"counted_by": (people, None)},
        reason=aside.reason,
    )
    return aside


def _open_container(session: Session, drawer_id: str) -> Drawer:
    """What lies in a kiosk or drop box and two people have not yet counted alike, locked."""
    drawer = drawer_for_update(session, drawer_id)
    if drawer.kind == "person":
        raise Problem("not_found", what="kiosk or drop box", key=drawer_id)
    if drawer.state != "open":
        raise Problem("cash_closed", key=drawer_id)
    return drawer

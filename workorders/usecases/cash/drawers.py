"""A person's drawer of a day: opened with a float, filled by their own payments, and cash put in and out.

Its money is in UNDEP as soon as a payment is posted; the drawer says which of it lies where, so it can
be counted. A float is change that comes from the vault and goes back there; at an office without a vault
it is posted nowhere.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.money import PAYMENT_MAX_CENTS, text_from_cents
from workorders.ledger import post
from workorders.messages.message import Message
from workorders.policy.cash_control import CASH_METHODS
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.drawers import cash_in_drawer, open_drawer_of
from workorders.queries.offices import office_named
from workorders.tables import MAIN_OFFICE, Drawer, DrawerMove, DrawerPayment, DrawerTakenOver
from workorders.usecases.cash.counting import needed_reason
from workorders.usecases.history import count as next_value

FLOAT_MAX_CENTS = 1_000_000
"""$10,000: more change than a counter gives in a day."""


def open_drawer(
    session: Session,
    float_cents: int,
    *,
    now: datetime,
    actor: str,
    office: str = MAIN_OFFICE,
    by_vault: bool = False,
) -> Drawer:
    """Open today's drawer of `actor` at an office with that much change; `by_vault`: handed over from there.

    Raises Problem `drawer_exists` when there was one today or one of today is open elsewhere, `not_found`,
    `float_from_vault`, and `bad_input` naming `float` or `office`.
    """
    if not 0 <= float_cents <= FLOAT_MAX_CENTS:
        most = text_from_cents(FLOAT_MAX_CENTS)
        raise Problem("bad_input", field="float", reason=Reason("the most is {most}", most=most))
    place = office_named(session, office, lock=True)
    if not place.active:
        raise Problem("bad_input", field="office", reason="this office is closed")
    if float_cents and place.has_vault and not by_vault:
        raise Problem("float_from_vault", office=place.name)
    day = district_of(session).day_of(now)
    # The counter makes a second opening by the same person at the same time wait for this one.
    number = next_value(session, "drawer")
    mine = select(Drawer.id).where(Drawer.owner == actor[:80], Drawer.kind == "person", Drawer.day == day)
    here_or_open = (Drawer.office == office) | (Drawer.state == "open")
    known = session.scalar(mine.where(here_or_open).limit(1))
    if known is not None:
        raise Problem("drawer_exists", key=known)
    drawer = Drawer(
        id=f"DR-{number:06d}",
        kind="person",
        office=office,
        owner=actor[:80],
        day=day,
        float_cents=float_cents,
        state="open",
        opened_at=now,
    )
    session.add(drawer)
    session.flush()
    return drawer


def into_drawer(session: Session, payment_id: str, method: str | None, *, actor: str) -> Drawer | None:
    """Note that a payment's cash or check lies in the drawer that `actor` has open; None without one.

    Raises Problem `bad_input` for a method that is neither.
    """
    if method is None:
        return None
    check_method(method)
    drawer = open_drawer_of(session, actor[:80], lock=True)
    if drawer is not None:
        lies_in(session, payment_id, drawer, method)
    return drawer


def check_method(method: str) -> None:
    """Raises Problem `bad_input` for what lies in no drawer."""
    if method not in CASH_METHODS:
        known = ", ".join(CASH_METHODS)
        raise Problem("bad_input", field="method", reason=Reason("one of {known}", known=known))


def lies_in(session: Session, payment_id: str, drawer: Drawer, method: str) -> None:
    """Note that a payment's money lies in this drawer, kiosk or drop box."""
    session.add(DrawerPayment(payment_id=payment_id, drawer_id=drawer.id, method=method))
    session.flush()


def move_cash(
    session: Session, drawer_id: str, cents: int, reason: str, *, now: datetime, actor: str
) -> DrawerMove:
    """Put cash in (positive) or take it out (negative) of one's own open drawer; SUSP until it is assigned.

    Raises Problem `not_found`, `cash_closed`, `not_allowed` for another's drawer, `drawer_taken_over`, and
    `bad_input` for no amount, more than there is, or no reason.
    """
    drawer = drawer_for_update(session, drawer_id)
    if drawer.kind != "person" or drawer.owner != actor[:80]:
        raise Problem("not_allowed")
    if drawer.state != "open":
        raise Problem("cash_closed", key=drawer_id)
    if session.get(DrawerTakenOver, drawer_id) is not None:
        raise Problem("drawer_taken_over", key=drawer_id)
    if cents == 0 or abs(cents) > PAYMENT_MAX_CENTS:
        raise Problem("bad_input", field="amount", reason="say how much")
    if cash_in_drawer(session, drawer) + cents < 0:
        raise Problem("bad_input", field="amount", reason="there is not that much cash in the drawer")
    why = needed_reason(reason)
    move = DrawerMove(drawer_id=drawer_id, amount_cents=cents, reason=why, moved_at=now, moved_by=actor[:80])
    session.add(move)
    session.flush()
    post(
        session,
        source=f"drawer_move:{move.id}",
        purpose="drawer_move",
        message=Message.of("entry.drawer_move", drawer=drawer_id, reason=why),
        lines=[("UNDEP", "SUSP", cents) if cents > 0 else ("SUSP", "UNDEP", -cents)],
        parties={},
        effective_at=now,
        now=now,
    )
    return move


def drawer_for_update(session: Session, drawer_id: str) -> Drawer:
    """The drawer, locked. Raises Problem `not_found`."""
    drawer = session.scalar(
        select(Drawer)
        .where(Drawer.id == drawer_id)
        .with_for_update(of=Drawer)
        .execution_options(populate_existing=True)
    )
    if drawer is None:
        raise Problem("not_found", what="drawer", key=drawer_id)
    return drawer

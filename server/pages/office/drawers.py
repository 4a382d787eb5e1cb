"""Drawers: opening one's own, cash in and out, counting blind, and closing somebody else's."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth.guard import current_staff
from server.db import current_session
from server.pages.acting import acted, shown
from server.pages.office.blueprint import blueprint, decides, handles_cash, reads
from server.pages.office.count_form import counting_fields
from server.pages.office.review import tabs
from server.services import services
from server.templating import local
from server.viewing import _, locked_out
from workorders.grammar.cash_count import count_from_form
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.problems import Problem
from workorders.queries.custody import BEGINNING, COUNTING, counts_of
from workorders.queries.drawers import payments_in_drawer
from workorders.queries.offices import office_named, offices, points
from workorders.tables import MAIN_OFFICE, Drawer, DrawerMove, DrawerTakenOver
from workorders.usecases.cash.drawer_closing import close_drawer, count_drawer, take_drawer_over
from workorders.usecases.cash.drawers import move_cash, open_drawer
from workorders.usecases.cash.vault_transfers import ask_transfer

RECENT = 50
"""Closed drawers listed."""


@blueprint.get("/cash/drawers")
@reads
def drawers() -> ResponseReturnValue:
    """Open drawers, those to be closed, and closed ones."""
    return _list(None)


@blueprint.post("/cash/drawers")
@handles_cash
def begin_drawer() -> ResponseReturnValue:
    """Open today's drawer of the signed-in person, or ask the office's vault for its starting cash."""

    session, office = current_session(), request.form.get("office") or MAIN_OFFICE
    now, me = services().clock(), current_staff().name

    def act() -> str:
        cents = cents_from_text(request.form.get("float", "") or "0", field="float", most=PAYMENT_MAX_CENTS)
        if cents and office_named(session, office).has_vault:
            ask_transfer(session, office, "float", cents, now=now, actor=me)
            flash(_("Asked for. Your drawer opens when somebody else hands you the starting cash."), "good")
            return url_for("office.vault", office=office)
        made = open_drawer(session, cents, now=now, actor=me, office=office)
        return url_for("office.drawer", drawer_id=made.id)

    return acted(act, _list)


@blueprint.get("/cash/drawers/<drawer_id>")
@reads
def drawer(drawer_id: str) -> ResponseReturnValue:
    """One drawer: what fell into it, its count, and how it was closed."""
    return drawer_page(drawer_id, None)


@blueprint.post("/cash/drawers/<drawer_id>/moves")
@handles_cash
def move_in_drawer(drawer_id: str) -> ResponseReturnValue:
    """Cash put in or taken out, with the reason."""
    form = request.form

    def act() -> str:
        cents = cents_from_text(form.get("amount", ""), field="amount", most=PAYMENT_MAX_CENTS)
        move_cash(
            current_session(),
            drawer_id,
            cents if form.get("way") == "in" else -cents,
            form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.drawer", drawer_id=drawer_id)

    return acted(act, lambda problem: drawer_page(drawer_id, problem), said=_("Recorded."))


@blueprint.post("/cash/drawers/<drawer_id>/count")
@handles_cash
def count_one_drawer(drawer_id: str) -> ResponseReturnValue:
    """Keep what its owner found."""
    session = current_session()

    def act() -> str:
        items = [one.payment_id for one in payments_in_drawer(session, drawer_id) if one.method == "check"]
        count = count_from_form(request.form, items)
        count_drawer(session, drawer_id, count, now=services().clock(), actor=current_staff().name)
        return url_for("office.drawer", drawer_id=drawer_id)

    return acted(act, lambda problem: drawer_page(drawer_id, problem), said=_("Your count is kept."))


@blueprint.post("/cash/drawers/<drawer_id>/takeover")
@decides
def take_one_drawer_over(drawer_id: str) -> ResponseReturnValue:
    """Let others count the drawer of somebody who does not come back."""

    def act() -> str:
        reason, now = request.form.get("taken", ""), services().clock()
        take_drawer_over(current_session(), drawer_id, reason=reason, now=now, actor=current_staff().name)
        return url_for("office.drawer", drawer_id=drawer_id)

    said = _("{drawer} is taken over. One person counts it, another closes it.", drawer=drawer_id)
    return acted(act, lambda problem: drawer_page(drawer_id, problem), said=said)


@blueprint.post("/cash/drawers/<drawer_id>/closing")
@handles_cash
def close_one_drawer(drawer_id: str) -> ResponseReturnValue:
    """Close somebody else's counted drawer for ever."""

    def act() -> str:
        close_drawer(
            current_session(),
            drawer_id,
            reason=request.form.get("reason", ""),
            as_supervisor=current_staff().may("supervisor"),
            now=services().clock(),
            actor=current_staff().name,
        )
        return url_for("office.drawer", drawer_id=drawer_id)

    said = _("{drawer} is closed.", drawer=drawer_id)
    return acted(act, lambda problem: drawer_page(drawer_id, problem), said=said)


def _list(problem: Problem | None) -> str:
    session, today = current_session(), local(services().clock()).date()
    own = select(Drawer).where(
        Drawer.owner == current_staff().name, Drawer.kind == "person", Drawer.day == today
    )
    mine = session.scalars(own.order_by(Drawer.id)).all()
    return render_template(
        "office/drawers.html",
        mine=mine,
        may_open=all(one.state != "open" for one in mine),
        offices=offices(session),
        places=places(session),
        standing=session.scalars(
            select(Drawer).where(Drawer.state.in_(COUNTING)).order_by(Drawer.id).limit(RECENT)
        ).all(),
        past=session.scalars(
            select(Drawer)
            .where(Drawer.closed_at > BEGINNING)
            .order_by(Drawer.closed_at.desc(), Drawer.id.desc())
            .limit(RECENT)
        ).all(),
        **shown(problem),
        **tabs(session),
    )


def places(session: Session) -> dict[str, str]:
    """What people call offices, kiosks and drop boxes, by code."""
    names = {one.code: one.name for one in points(session, active=False)}
    return names | {one.code: one.name for one in offices(session, active=False)}


def drawer_page(drawer_id: str, problem: Problem | None) -> str:
    """The page of one drawer, kiosk or drop box."""
    session = current_session()
    found = session.get(Drawer, drawer_id)
    if found is None:
        raise Problem("not_found", what="drawer", key=drawer_id)
    moves = select(DrawerMove).where(DrawerMove.drawer_id == drawer_id).order_by(DrawerMove.id)
    counts, me = counts_of(session, drawer_id), current_staff()
    taken = session.get(DrawerTakenOver, drawer_id)
    own = found.kind == "person" and found.owner == me.name
    counted_by = counts[-1].counted_by if counts else None
    return render_template(
        "office/drawer.html",
        drawer=found,
        own=own,
        taken=taken,
        counts_it=not own if taken else own,
        may_close=not own
        and not (found.kind == "person" and counted_by == me.name)
        and (taken is None or me.may("supervisor") or counted_by == taken.taken_by),
        locked_out=found.kind == "person" and found.owner in locked_out(),
        places=places(session),
        payments=payments_in_drawer(session, drawer_id),
        moves=session.scalars(moves).all(),
        counts=counts,
        **counting_fields(),
        **shown(problem),
        **tabs(session),
    )

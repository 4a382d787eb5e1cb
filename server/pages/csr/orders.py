"""The page of an order: its timeline, how fresh it is, and cancelling it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.doors import seen_version
from server.pages.csr.blueprint import blueprint, reads
from server.pages.csr.recent import looked_at
from server.pages.csr.report_places import report_places
from server.pages.csr.visit_links import visit_card
from server.services import services
from server.tablets import order_staleness
from server.viewing import _, current_viewer, people, problem_view
from workorders.catalogue import CATALOGUE
from workorders.judgement.descriptors import Field
from workorders.judgement.lifecycle import TRANSITIONS, Command, State
from workorders.messages.texts import N_
from workorders.problems import Problem
from workorders.queries.code_desk import may_take_codes
from workorders.queries.field_reports import field_reports
from workorders.queries.order_story import order_story
from workorders.queries.orders import find_order
from workorders.queries.register_reads import registers_of_order
from workorders.queries.remote_commands import remote_state
from workorders.tables import CutAuthority, Order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import approve, close_order, hold


@blueprint.get("/orders/<number>")
@reads
def order(number: str) -> ResponseReturnValue:
    """The order and its story."""
    looked_at("order", number)
    return _page(number, None, {})


@blueprint.post("/orders/<number>/cancel")
@allow("csr", "dispatcher", "supervisor")
def cancel(number: str) -> ResponseReturnValue:
    """Cancel with a reason; a tablet that has the order is notified."""
    return _change(number, N_("Order {number} is cancelled."), cancel_order)


@blueprint.post("/orders/<number>/approve")
@allow("csr", "dispatcher", "supervisor")
def release(number: str) -> ResponseReturnValue:
    """Release a held order to the dispatcher."""
    supervises = current_staff().may("supervisor")
    return _change(number, N_("Order {number} is released."), partial(approve, may_override=supervises))


@blueprint.post("/orders/<number>/hold")
@allow("csr", "dispatcher", "supervisor")
def keep_back(number: str) -> ResponseReturnValue:
    """Hold an order that is not assigned, until it is released."""
    return _change(number, N_("Order {number} is on hold."), hold)


@blueprint.post("/orders/<number>/close")
@allow("csr", "dispatcher", "supervisor")
def close(number: str) -> ResponseReturnValue:
    """Close an order that needs nothing more."""
    return _change(number, N_("Order {number} is closed."), close_order)


def _change(number: str, done: str, change: Callable[..., Order]) -> ResponseReturnValue:
    try:
        change(
            current_session(),
            number,
            reason=request.form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
            expected_version=seen_version(request.form.get("version", ""), field="version"),
        )
    except Problem as problem:
        current_session().rollback()
        return _page(number, problem, request.form), problem.status
    flash(_(done, number=number), "good")
    return redirect(url_for("csr.order", number=number))


def _page(number: str, problem: Problem | None, entered: Mapping[str, str]) -> str:
    session = current_session()
    found = find_order(session, number)
    viewer, names = current_viewer(), people()
    state = State(found.state)
    reports = field_reports(session, found)
    return render_template(
        "csr/order.html",
        order=found,
        lines=[(line, line.words(viewer, names)) for line in order_story(session, found)],
        staleness=order_staleness(session, found),
        extra=[(f, found.extra[f.name]) for f in _asked(found) if found.extra.get(f.name) is not None],
        authority=_authority(session, number),
        takes_codes=may_take_codes(found),
        reports=reports,
        places=report_places(found, reports),
        done_by=next((r.technician for r in reversed(reports) if r.kind == "completed"), None),
        remote=remote_state(session, found),
        visit_card=visit_card(session, found),
        command_id=uuid.uuid4().hex,
        registers=registers_of_order(session, number, found.service_point_id),
        follow_ons=session.scalars(select(Order).where(Order.follows_number == number)).all(),
        may_cancel=(state, Command.CANCEL) in TRANSITIONS,
        may_release=state is State.HELD,
        may_hold=(state, Command.HOLD) in TRANSITIONS,
        may_close=(state, Command.CLOSE) in TRANSITIONS,
        problem=problem_view(problem) if problem else None,
        reason=entered.get("reason", ""),
    )


def _asked(order: Order) -> Sequence[Field]:
    return CATALOGUE[order.type].extra if order.type in CATALOGUE else ()


def _authority(session: Session, number: str) -> CutAuthority | None:
    """The newest authority to cut with the checks behind it; None when none was given."""
    newest = select(CutAuthority).where(CutAuthority.order_number == number).order_by(CutAuthority.id.desc())
    return session.scalars(newest.limit(1)).first()

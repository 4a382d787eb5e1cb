"""Raising an order: the form follows from the order type's own descriptor."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from server.auth.guard import current_staff, gate_override
from server.auth.kept_forms import typed_before
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr import order_form
from server.pages.csr.blueprint import blueprint
from server.services import services
from server.viewing import _, problem_view
from workorders.catalogue import CATALOGUE, order_type_of
from workorders.grammar.numbers import count_from_text
from workorders.judgement.lifecycle import ACTIVE, State
from workorders.problems import Problem
from workorders.queries.lookups import responsible_account
from workorders.queries.raisable import raisable
from workorders.tables import Order, ServicePoint
from workorders.usecases.orders.gates import owed_against_restoring
from workorders.usecases.orders.orders import OrderRequest, raise_order
from workorders.usecases.orders.requests import request_key

raises = allow("csr", "dispatcher", "supervisor")


@blueprint.get("/orders/new")
@raises
def new_order() -> ResponseReturnValue:
    """The form for `?service_point=`; with `&type=` it asks what that type needs."""
    given = typed_before() or request.args
    if not given.get("service_point"):
        flash(_("Find the service point first; an order is raised from its page."), "warn")
        return redirect(url_for("csr.home"))
    return _form(given, None)


@blueprint.post("/orders/new")
@raises
def raise_new_order() -> ResponseReturnValue:
    """Raise it, or show what is wrong at its field."""
    session, form = current_session(), request.form
    try:
        point = _point(session, form.get("service_point", ""))
        asked = _request(point, form)
        _not_by_mistake(_unfinished(session, point), asked, form)
        order = raise_order(session, asked, now=services().clock(), actor=current_staff().name)
    except Problem as problem:
        session.rollback()
        return _form(form, problem), problem.status
    if order.state == State.HELD:
        flash(_("Order {number} is raised. It is on hold until it is released.", number=order.number), "good")
    else:
        flash(_("Order {number} is raised.", number=order.number), "good")
    return redirect(url_for("csr.order", number=order.number))


def _not_by_mistake(active: Sequence[Order], asked: OrderRequest, form: Mapping[str, str]) -> None:
    """Back in the browser gives the same form under a new id: a second order of a type is raised on purpose.

    Raises Problem bad_input.
    """
    key = request_key(asked, current_staff().name)
    same = any(one.type == asked.type and one.request_key != key for one in active)
    if same and form.get("another") != "yes":
        raise Problem(
            "bad_input",
            field="another",
            reason="an order of this type is open here already; tick this to raise another one",
        )


def _request(point: ServicePoint, form: Mapping[str, str]) -> OrderRequest:
    order_type = order_type_of(form.get("type", ""))
    zone = services().config.timezone
    return OrderRequest(
        type=order_type.code,
        service_point_id=point.id,
        account_number=form.get("account", "").strip() or None,
        priority=count_from_text(form.get("priority", "50"), field="priority", high=100),
        due_until=order_form.end_of_day(form.get("due", ""), zone, "due"),
        appointment_from=order_form.instant_from_form(
            form.get("appointment_from", ""), zone, "appointment_from"
        ),
        appointment_until=order_form.instant_from_form(
            form.get("appointment_until", ""), zone, "appointment_until"
        ),
        instructions=form.get("instructions", "").strip() or None,
        extra=order_form.extra_from_form(order_type, form, zone),
        no_charge=form.get("no_charge") == "yes",
        request_id=form.get("request_id") or None,
        override=gate_override(form.get("override"), current_staff()),
    )


def _point(session: Session, number: str) -> ServicePoint:
    point = session.scalar(
        select(ServicePoint).where(ServicePoint.number == number).options(joinedload(ServicePoint.premise))
    )
    if point is None:
        raise Problem("not_found", what="service point", key=number)
    return point


def _form(given: Mapping[str, str], problem: Problem | None) -> str:
    session = current_session()
    point = _point(session, given.get("service_point", ""))
    order_type = CATALOGUE.get(given.get("type", ""))
    account, active = responsible_account(session, point.id), _unfinished(session, point)
    return render_template(
        "csr/raise.html",
        point=point,
        account=account,
        catalogue=CATALOGUE,
        type=order_type,
        fields=order_form.asked(order_type) if order_type else [],
        priorities=order_form.PRIORITIES,
        default_due=order_form.default_due(services().clock(), services().config.timezone),
        given=given,
        request_id=given.get("request_id") or uuid.uuid4().hex,
        problem=problem_view(problem) if problem else None,
        at_field=_field_of(problem),
        known=active,
        offers=raisable(
            session,
            point,
            account,
            active,
            owed_cents=owed_against_restoring(session, account, services().clock()),
            now=services().clock(),
        ),
    )


def _field_of(problem: Problem | None) -> dict[str, Any]:
    """Which form field a problem belongs to, as its name → the reason."""
    if problem is None or problem.code != "bad_input":
        return {}
    name = str(problem.details.get("field", ""))
    name = {"due_until": "due", "due_from": "due"}.get(name, name)
    shown = problem_view(problem)
    return {name: shown["details"].get("reason", shown["words"])}


def _unfinished(session: Session, point: ServicePoint) -> list[Order]:
    """Orders already under way here, so that nobody raises the same one twice."""
    return list(
        session.scalars(
            select(Order)
            .where(Order.service_point_id == point.id, Order.state.in_(ACTIVE))
            .order_by(Order.number)
        )
    )

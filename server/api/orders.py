"""`/api/orders`: list, raise, read, assign, take back, cancel."""

from collections.abc import Callable
from typing import Any

from flask import make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from mobile_api.schemas import ProblemBlueprint
from server.api.order_schemas import (
    AssignSchema,
    NewOrderSchema,
    OrderDetailSchema,
    OrderListSchema,
    OrderSchema,
    OrdersQuerySchema,
    ReasonSchema,
)
from server.api.scoped import needs
from server.api.views import order_view, seen_version, settled
from server.auth.guard import current_staff, gate_override
from server.auth.roles import allow, allow_staff
from server.db import current_session
from server.services import services
from server.tablets import order_staleness
from server.viewing import current_viewer, people
from workorders.judgement.lifecycle import ACTIVE
from workorders.problems import Problem
from workorders.queries.order_story import order_story
from workorders.queries.orders import find_order
from workorders.tables import Account, Order, ServicePoint
from workorders.usecases.orders.assignment import assign_order, recall_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

blueprint = ProblemBlueprint("orders", __name__, url_prefix="/api/orders", description="Field orders")
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the order as it was read.",
}


@blueprint.route("", methods=["GET"])
@allow_staff
@needs(blueprint, "orders:read")
@blueprint.arguments(OrdersQuerySchema, location="query")
@blueprint.response(200, OrderListSchema)
def list_orders(asked: dict[str, Any]) -> dict[str, Any]:
    """List orders, newest number first."""
    query = (
        select(Order)
        .options(joinedload(Order.service_point).joinedload(ServicePoint.premise), joinedload(Order.account))
        .order_by(Order.number.desc())
        .limit(asked["limit"] + 1)
    )
    state = asked.get("state")
    if state == "open":
        query = query.where(Order.state.in_(sorted(ACTIVE)))
    elif state:
        query = query.where(Order.state == state)
    for name, column in (
        ("type", Order.type),
        ("technician", Order.technician_id),
        ("route_day", Order.route_day),
    ):
        if name in asked:
            query = query.where(column == asked[name])
    if "account" in asked:
        query = query.join(Account, Account.id == Order.account_id).where(Account.number == asked["account"])
    if "after" in asked:
        query = query.where(Order.number < asked["after"])
    found = list(current_session().scalars(query))
    page = found[: asked["limit"]]
    more = page[-1].number if len(found) > len(page) else None
    return {"orders": [order_view(order) for order in page], "next": more}


@blueprint.route("", methods=["POST"])
@allow("csr", "dispatcher", "supervisor")
@needs(blueprint, "orders:write")
@blueprint.arguments(NewOrderSchema)
@blueprint.response(201, OrderSchema)
def raise_one(body: dict[str, Any]) -> ResponseReturnValue:
    """Raise an order. The same `id` of the same caller again gives the order it raised before."""
    session = current_session()
    number = body.pop("service_point")
    point = session.scalar(select(ServicePoint).where(ServicePoint.number == number))
    if point is None:
        raise Problem("not_found", what="service point", key=number)
    body["account_number"] = body.pop("account")
    body["request_id"] = body.pop("id")
    body["override"] = gate_override(body["override"], current_staff())
    wanted = OrderRequest(service_point_id=point.id, **body)
    order = raise_order(session, wanted, now=services().clock(), actor=current_staff().name)
    return _answer(settled(session, order), 201)


@blueprint.route("/<number>", methods=["GET"])
@allow_staff
@needs(blueprint, "orders:read")
@blueprint.response(200, OrderDetailSchema)
def one(number: str) -> ResponseReturnValue:
    """An order with its timeline; 304 when its ETag is the one in If-None-Match."""
    session = current_session()
    order = find_order(session, number)
    if request.if_none_match.contains(str(order.version)):
        return make_response("", 304)
    viewer, names = current_viewer(), people()
    follow_ons = session.scalars(
        select(Order.number).where(Order.follows_number == number).order_by(Order.number)
    )
    view = order_view(order) | {
        "timeline": [
            {name: getattr(line, name) for name in ("at", "recorded_at", "side", "alert", "message")}
            | {"words": line.words(viewer, names)}
            for line in order_story(session, order)
        ],
        "staleness": order_staleness(session, order),
        "follow_ons": list(follow_ons),
    }
    return _answer(view)


@blueprint.route("/<number>/assign", methods=["POST"])
@allow("dispatcher", "supervisor")
@needs(blueprint, "orders:write")
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(AssignSchema)
@blueprint.response(200, OrderSchema)
def assign(body: dict[str, Any], number: str) -> ResponseReturnValue:
    """Give an order to a technician for a day, and send it unless `dispatch` is false."""
    return _change(assign_order, number, technician_id=body.pop("technician"), **body)


@blueprint.route("/<number>/recall", methods=["POST"])
@allow("dispatcher", "supervisor")
@needs(blueprint, "orders:write")
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, OrderSchema)
def recall(body: dict[str, Any], number: str) -> ResponseReturnValue:
    """Take an order back from a tablet."""
    return _change(recall_order, number, **body)


@blueprint.route("/<number>/cancel", methods=["POST"])
@allow("csr", "dispatcher", "supervisor")
@needs(blueprint, "orders:write")
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, OrderSchema)
def cancel(body: dict[str, Any], number: str) -> ResponseReturnValue:
    """Cancel an order; its tablet is notified."""
    return _change(cancel_order, number, **body)


def _change(act: Callable[..., Order], number: str, **given: Any) -> ResponseReturnValue:
    version = seen_version()
    session = current_session()
    order = act(
        session,
        number=number,
        now=services().clock(),
        actor=current_staff().name,
        expected_version=version,
        **given,
    )
    return _answer(settled(session, order))


def _answer(view: dict[str, Any], status: int = 200) -> ResponseReturnValue:
    """The body with the ETag and, of a new order, its address."""
    headers = {"ETag": f'"{view["version"]}"'}
    if status == 201:
        headers["Location"] = f"/api/orders/{view['number']}"
    return view, status, headers

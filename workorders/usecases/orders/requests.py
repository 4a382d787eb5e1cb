"""Requests for an order that arrive twice: a form sent again by Back, a program that heard no answer."""

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.problems import Problem
from workorders.tables import Order, ServicePoint

if TYPE_CHECKING:
    from workorders.usecases.orders.orders import OrderRequest


def request_key(request: "OrderRequest", actor: str) -> str | None:
    """The key that the order keeps: ids of two people never meet. None for a request without an id.

    Raises Problem `bad_input` naming `id` for one that cannot be kept.
    """
    if request.request_id is None:
        return None
    return f"{actor[:80]}:{checked_line(request.request_id, field='id', longest=CODE_MAX)}"


def digest_of_request(request: "OrderRequest") -> str:
    """SHA-256 (hex) of everything that is asked for."""
    asked = {f.name: getattr(request, f.name) for f in fields(request)}
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()


def known_request(session: Session, request: "OrderRequest", *, actor: str) -> Order | None:
    """The order that this very request raised before.

    Raises Problem `request_conflict` when the id was used to ask for something else.
    """
    key = request_key(request, actor)
    if key is None:
        return None
    # Two copies of one request must not both find that there is no order yet.
    session.execute(
        select(ServicePoint.id).where(ServicePoint.id == request.service_point_id).with_for_update()
    )
    known = session.scalar(select(Order).where(Order.request_key == key))
    if known is not None and known.request_digest != digest_of_request(request):
        raise Problem("request_conflict", number=known.number)
    return known

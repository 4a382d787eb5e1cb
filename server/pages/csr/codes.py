"""A technician without signal is on the telephone: a recall code or a release code, from the order's page."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.doors import seen_version
from server.pages.csr.blueprint import blueprint
from server.pages.csr.orders import order_page
from server.services import services
from workorders.problems import Problem
from workorders.usecases.collections.phone_codes import GivenCode, give_recall_code, give_release_code


@blueprint.post("/orders/<number>/codes/recall")
@allow("csr", "dispatcher", "supervisor")
def recall_code(number: str) -> ResponseReturnValue:
    """Do not cut this one: the order is taken back."""

    def give() -> GivenCode:
        return give_recall_code(
            current_session(),
            number,
            epoch=_count("epoch"),
            reason=request.form.get("reason", ""),
            seen=_count("given"),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _given(number, give)


@blueprint.post("/orders/<number>/codes/release")
@allow("csr", "dispatcher", "supervisor")
def release_code(number: str) -> ResponseReturnValue:
    """The cut may be made after all, until a stated hour, if the rules permit it now."""

    def give() -> GivenCode:
        return give_release_code(
            current_session(),
            number,
            reason=request.form.get("reason", ""),
            seen=_count("given"),
            now=services().clock(),
            actor=current_staff().name,
        )

    return _given(number, give)


def _given(number: str, give: Callable[[], GivenCode]) -> ResponseReturnValue:
    """The order's page with the code, which is shown in this answer and nowhere else."""
    try:
        code = give()
    except Problem as problem:
        current_session().rollback()
        entered = request.form.to_dict() | {"asked": request.endpoint or ""}
        return order_page(number, problem, entered), problem.status
    return order_page(number, None, {}, code=code), 201, {"Cache-Control": "no-store"}


def _count(name: str) -> int | None:
    return seen_version(request.form.get(name, ""), field=name)

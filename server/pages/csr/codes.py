"""A technician without signal is on the telephone: a recall code or a release code, from the order's page."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint
from server.pages.csr.orders import order_page
from server.services import services
from workorders.problems import Problem
from workorders.usecases.collections.phone_codes import GivenCode, give_recall_code, give_release_code


@blueprint.post("/orders/<number>/codes/recall")
@allow("csr", "dispatcher", "supervisor")
def recall_code(number: str) -> ResponseReturnValue:
    """Do not cut this one: the order is taken back."""
    epoch = _whole("epoch")
    return _given(
        number,
        lambda reason: give_recall_code(
            current_session(),
            number,
            epoch=epoch,
            reason=reason,
            seen=_whole("given"),
            now=services().clock(),
            actor=current_staff().name,
        ),
    )


@blueprint.post("/orders/<number>/codes/release")
@allow("csr", "dispatcher", "supervisor")
def release_code(number: str) -> ResponseReturnValue:
    """The cut may be made after all, until a stated hour, if the rules permit it now."""
    return _given(
        number,
        lambda reason: give_release_code(
            current_session(),
            number,
            reason=reason,
            seen=_whole("given"),
            now=services().clock(),
            actor=current_staff().name,
        ),
    )


def _given(number: str, give: Callable[[str], GivenCode]) -> ResponseReturnValue:
    """The order's page with the code, which is shown in this answer and nowhere else."""
    try:
        code = give(request.form.get("reason", ""))
    except Problem as problem:
        current_session().rollback()
        return order_page(number, problem, request.form | {"asked": request.endpoint or ""}), problem.status
    return order_page(number, None, {}, code=code), 201, {"Cache-Control": "no-store"}


def _whole(name: str) -> int | None:
    given = request.form.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None

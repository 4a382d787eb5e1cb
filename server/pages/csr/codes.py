"""A technician without signal is on the telephone: a recall code or a release code for a cut."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.roles import allow
from server.db import current_session
from server.doors import seen_version
from server.pages.csr.blueprint import blueprint
from server.services import services
from server.viewing import _, problem_view
from workorders.problems import Problem
from workorders.queries.code_desk import code_desk
from workorders.queries.orders import find_order
from workorders.usecases.collections.phone_codes import GivenCode, give_recall_code, give_release_code

answers_calls = allow("csr", "dispatcher", "supervisor")


@blueprint.get("/orders/<number>/codes")
@answers_calls
def codes(number: str) -> ResponseReturnValue:
    """What is owed now, which codes may be given and which were."""
    return _page(number)


@blueprint.post("/orders/<number>/codes/recall")
@answers_calls
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
@answers_calls
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
    """The page with the code, which is shown in this answer and nowhere else."""
    try:
        code = give()
    except Problem as problem:
        current_session().rollback()
        return _page(number, problem)
    return _page(number, code=code)


def _page(
    number: str, problem: Problem | None = None, *, code: GivenCode | None = None
) -> ResponseReturnValue:
    session, now = current_session(), services().clock()
    order = find_order(session, number)
    desk = code_desk(session, order, now=now)
    if desk is None:
        flash(_("No technician was sent out with codes for this order, so none can be given."))
        return redirect(url_for("csr.order", number=number))
    page = render_template(
        "csr/codes.html",
        order=order,
        desk=desk,
        code=code,
        problem=problem_view(problem) if problem else None,
        entered=request.form if problem else {},
        asked=request.endpoint,
        now=now,
    )
    if code is not None:
        return page, 201, {"Cache-Control": "no-store"}
    return page, problem.status if problem else 200


def _count(name: str) -> int | None:
    return seen_version(request.form.get(name, ""), field=name)

"""Door tags whose order ended undone: sent out again, delivered another way, or dropped."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.auth.kept_forms import typed_before
from server.db import current_session
from server.pages.collections.blueprint import blueprint, reads, settles_tags
from server.services import services
from server.templating import local
from server.viewing import ngettext, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.grammar.times import day_from_text
from workorders.policy.notices import OTHERWISE
from workorders.problems import Problem
from workorders.queries.undone_tags import MOST, count_undone_tags, undone_tags
from workorders.usecases.collections.undone_tags import (
    deliver_otherwise,
    drop_notice,
    send_again,
    settle_chosen,
)

Form = Mapping[str, str]


@blueprint.get("/undone-tags")
@reads
def undone() -> ResponseReturnValue:
    """Which tags were not posted, why, and what is owed by now."""
    return _page(entered=typed_before())


@blueprint.post("/undone-tags")
@settles_tags
def settle_tags() -> ResponseReturnValue:
    """Do one thing with each of the ticked tags; those that are refused are listed with the reason."""
    form = request.form
    try:
        chosen = {count_from_text(one, field="tag") for one in form.getlist("tag")}
        made = settle_chosen(current_session(), chosen, _act(form))
    except Problem as problem:
        current_session().rollback()
        return _page(problem, entered=form), problem.status
    if made.done:
        flash(_DONE[form["act"]](made.done), "good")
    if made.refused:
        return _page(refused=[(account, problem_view(why)) for account, why in made.refused])
    return redirect(url_for("collections.undone"))


def _act(form: Form) -> Callable[[int], object]:
    by: dict[str, Any] = {"now": services().clock(), "actor": current_staff().name}
    match form.get("act"):
        case "again":
            return partial(send_again, current_session(), **by)
        case "deliver":
            on = day_from_text(form.get("delivered_on", ""), field="delivered_on")
            return partial(_delivered, how=form.get("how", ""), on=on, note=form.get("note", ""), **by)
        case "drop":
            return partial(drop_notice, current_session(), reason=form.get("note", ""), **by)
    raise Problem("bad_input", field="act", reason="send it again, deliver it or drop it")


def _delivered(notice_id: int, *, how: str, **given: Any) -> object:
    return deliver_otherwise(current_session(), notice_id, how, **given)


_DONE: Mapping[str, Callable[[int], str]] = {
    "again": lambda count: ngettext("{count} order is raised.", "{count} orders are raised.", count),
    "deliver": lambda count: ngettext(
        "{count} notice is delivered and counts from that day.",
        "{count} notices are delivered and count from that day.",
        count,
    ),
    "drop": lambda count: ngettext("{count} notice is dropped.", "{count} notices are dropped.", count),
}


def _page(
    problem: Problem | None = None,
    *,
    entered: Form | None = None,
    refused: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> str:
    session, now = current_session(), services().clock()
    return render_template(
        "collections/undone_tags.html",
        waiting=undone_tags(session, now=now),
        count=count_undone_tags(session),
        most=MOST,
        ways=OTHERWISE,
        today=local(now).date(),
        ticked=request.form.getlist("tag"),
        entered=entered or {},
        refused=refused,
        problem=problem_view(problem) if problem else None,
    )

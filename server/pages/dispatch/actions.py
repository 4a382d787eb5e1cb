"""What a dispatcher does to orders. Several at once are decided one by one: a refusal stops only its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.auth.guard import current_staff
from server.days import day_from
from server.db import current_session
from server.doors import seen_version
from server.pages.dispatch.blueprint import blueprint, dispatches
from server.pages.dispatch.happened import happened
from server.pages.dispatch.moves import put_before
from server.pages.dispatch.undo import Before, before, undo
from server.pages.dispatch.workdays import movable_numbers
from server.services import services
from server.templating import date_text, local, who
from server.viewing import _, clock_time, current_viewer, ngettext, people, problem_view
from workorders.grammar.numbers import count_from_text
from workorders.grammar.texts import checked_line
from workorders.judgement.lifecycle import State
from workorders.messages.texts import N2_
from workorders.problems import Problem, Reason
from workorders.queries.lookups import technician_named
from workorders.tables import Order
from workorders.usecases.orders.assignment import assign_order, recall_order, set_route, unassign_order
from workorders.usecases.orders.cancel import cancel_order

MOST = 500
"""Orders in one go; more is a mistake of the mouse."""

SENT = N2_("{number} sent to {name} for {day}.", "{count} orders sent to {name} for {day}.")
GIVEN = N2_("{number} given to {name} for {day}.", "{count} orders given to {name} for {day}.")
TAKEN_BACK = N2_("{number} taken back.", "{count} orders taken back.")
UNDONE = N2_("{number} is as it was.", "{count} orders are as they were.")
CANCELLED = N2_("{number} cancelled.", "{count} orders cancelled.")


@blueprint.post("/assign")
@dispatches
def assign() -> ResponseReturnValue:
    """Give the chosen orders to a technician for a day, and send them unless they are to wait."""
    session, form = current_session(), request.form
    day = day_from(form.get("route_day"), local(services().clock()).date())
    send = form.get("send") == "yes"
    technician = technician_named(session, form.get("technician", ""))
    undoable: list[Before] = []

    def give(number: str, version: int | None) -> None:
        order = session.get(Order, number)
        was = before(order) if order is not None else None
        given = assign_order(
            session,
            number,
            technician.id,
            route_day=day,
            dispatch=send,
            expected_version=version,
            **_by_whom(),
        )
        session.flush()
        if was is not None:
            undoable.append(replace(was, epoch=given.epoch, given_day=given.route_day))

    def place(numbers: Sequence[str]) -> None:
        # The timeline says where it was dropped; elsewhere it goes behind what the day already has.
        if "before" in form:
            put_before(session, technician.id, day, numbers, form["before"], **_by_whom())

    done = SENT if send else GIVEN
    return _each(done, give, undoable, afterwards=place, name=technician.name, day=date_text(day))


@blueprint.post("/undo")
@dispatches
def undo_assignment() -> ResponseReturnValue:
    """Give orders back to who had them before the last assignment of this page."""
    session = current_session()
    wanted = [Before.from_text(text) for text in request.form.getlist("undo")[:MOST]]
    known = {was.number: was for was in wanted}

    def back(number: str, _version: int | None) -> None:
        undo(session, known[number], **_by_whom())

    return _each(UNDONE, back, chosen=[(number, None) for number in known])


@blueprint.post("/recall")
@dispatches
def recall() -> ResponseReturnValue:
    """Take the chosen orders back from their tablets, or off the lists they were put on."""
    session, reason = current_session(), _reason()

    def take(number: str, version: int | None) -> None:
        order = session.get(Order, number)
        back = unassign_order if order is not None and order.state == State.ASSIGNED else recall_order
        back(session, number, reason=reason, expected_version=version, **_by_whom())

    return _each(TAKEN_BACK, take)


@blueprint.post("/cancel")
@dispatches
def cancel() -> ResponseReturnValue:
    """Cancel the chosen orders."""
    session, reason = current_session(), _reason()

    def call_off(number: str, version: int | None) -> None:
        cancel_order(session, number, reason=reason, expected_version=version, **_by_whom())

    return _each(CANCELLED, call_off)


@blueprint.post("/route")
@dispatches
def move() -> ResponseReturnValue:
    """Move one stop of a route up or down by `steps` places; presses in quick succession come as one.

    With `before` it goes before that stop instead, or to the end when the day has no such stop.
    """
    session, form = current_session(), request.form
    day = day_from(form.get("day"), local(services().clock()).date())
    technician, number = form.get("technician", ""), form.get("number", "")
    numbers = movable_numbers(session, technician, day)
    if number not in numbers:
        raise Problem("not_found", what="movable stop", key=number)
    here = numbers.index(number)
    if "before" in form:
        others = [one for one in numbers if one != number]
        there = others.index(form["before"]) if form["before"] in others else len(others)
    else:
        steps = count_from_text(form.get("steps", "1"), field="steps", high=MOST)
        there = here + (-steps if form.get("move") == "up" else steps)
    there = min(max(there, 0), len(numbers) - 1)
    if there != here:
        numbers.insert(there, numbers.pop(here))
        set_route(session, technician, day, numbers, dispatch=False, **_by_whom())
    said = [_("{order} is now stop {number}.", order=number, number=numbers.index(number) + 1)]
    back = {
        "technician": technician,
        "day": day.isoformat(),
        "number": number,
        "move": "up" if there > here else "down",
        "steps": str(abs(there - here)),
    }
    return _done(said, [], moved_back=back if there != here else None)


def _each(
    done: tuple[str, str],
    act: Callable[[str, int | None], None],
    undoable: Sequence[Before] = (),
    *,
    chosen: Sequence[tuple[str, int | None]] | None = None,
    afterwards: Callable[[Sequence[str]], None] | None = None,
    **details: str,
) -> ResponseReturnValue:
    """Act on each ticked order; `done` says it of one, which is named, and of several.

    `act` fills `undoable` with what the page may take back; `chosen`: other orders than the ticked ones;
    `afterwards` gets those that went through.
    """
    session = current_session()
    good, refused = [], []
    for number, version in list(_chosen()) if chosen is None else chosen:
        try:
            with session.begin_nested():
                act(number, version)
        except Problem as problem:
            refused.append(_refusal(number, problem))
        else:
            good.append(number)
    said = []
    if good and afterwards is not None:
        afterwards(good)
    if good:
        said = [ngettext(*done, len(good), number=good[0], **details)]
    return _done(said, refused, undoable=undoable)


def _refusal(number: str, problem: Problem) -> str:
    """Why an order was not touched; one that somebody else changed says who did what in between."""
    shown = problem_view(problem)
    words = f"{number}: {shown['words']}"
    if problem.code != "stale_order":
        return f"{words} {shown['advice']}"
    for last in happened(current_session(), [number]):
        line = last.line.words(current_viewer(), people())
        at = clock_time(last.line.recorded_at)
        by = who(last.actor) if last.line.side == "office" else ""
        words += " " + (_("{time}, {who}: {line}", time=at, who=by, line=line) if by else f"{at}: {line}")
    return words


def _chosen() -> Iterator[tuple[str, int | None]]:
    """The ticked orders: `number:version` as the table showed them. Raises Problem bad_input."""
    chosen = request.form.getlist("order")
    if not chosen:
        raise Problem("bad_input", field="order", reason="tick at least one order")
    if len(chosen) > MOST:
        raise Problem("bad_input", field="order", reason=Reason("at most {most} at once", most=MOST))
    for value in chosen:
        number, version = value.partition(":")[::2]
        yield number, seen_version(version, field="order")


def _reason() -> str:
    reason = checked_line(request.form.get("reason", ""), field="reason")
    if not reason:
        raise Problem("bad_input", field="reason", reason="say why; the technician reads it")
    return reason


def _by_whom() -> dict[str, Any]:
    return {"now": services().clock(), "actor": current_staff().name}


def _done(
    said: list[str],
    refused: list[str],
    *,
    undoable: Sequence[Before] = (),
    moved_back: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The message for a script, whose page is told what changed like every other; else a redirect."""
    if "HX-Request" in request.headers:
        answer = render_template(
            "dispatch/_done.html",
            said=said,
            refused=refused,
            undoable=[was.as_text() for was in undoable],
            moved_back=moved_back,
        )
        return answer, 200, {"HX-Trigger": orjson.dumps({"board:acted": True}).decode()}
    for words in said:
        flash(words, "good")
    for words in refused:
        flash(words, "bad")
    back = url_for("dispatch.page")
    return redirect(f"{back}?{request.query_string.decode()}" if request.query_string else back)

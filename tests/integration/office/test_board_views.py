"""A dispatcher's own views, the search on the board, and taking an assignment back."""

from typing import Any

import pytest
from sqlalchemy import select

from server.db import transaction
from tests.integration.office import morning
from tests.integration.office.conftest import TOKEN, Office
from tests.integration.office.test_dispatch_pages import board, named, order, shown, ticks
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import TODAY
from workorders.tables import Order, Premise, Technician
from workorders.usecases.orders.assignment import assign_order


@pytest.mark.parametrize(
    ("q", "inside", "outside"),
    [
        ("101 alder", ["waiting"], ["overdue"]),
        ("ALDER", ["waiting", "sent"], []),
        ("exchange", ["overdue", "second"], ["waiting"]),
        ("no such street", [], ["waiting", "sent"]),
        ("100%", [], ["waiting"]),
    ],
)
def test_the_board_is_searched_by_words(
    shared_office: Office, q: str, inside: list[str], outside: list[str]
) -> None:
    found = shown(board(shared_office, f"?q={q.replace('%', '%25').replace(' ', '+')}"))
    assert named(shared_office, *inside) <= found
    assert not named(shared_office, *outside) & found


def test_a_number_finds_its_order_alone(shared_office: Office) -> None:
    number = shared_office.numbers["second"]
    assert shown(board(shared_office, f"?q={number.lower()}")) == {number}
    points = shared_office.client("dana").get(f"/dispatch/map.json?q={number}").get_json()["orders"]
    assert points["number"] == [number]


@pytest.mark.parametrize("sort", ["", "due", "newest", "address"])
def test_a_row_knows_its_place_in_every_sorting(office: Office, sort: str) -> None:
    with transaction(office.services.sessions) as session:
        # What languages and lengths sort in ways of their own.
        for place, premise in enumerate(session.scalars(select(Premise).order_by(Premise.id)).all()):
            premise.street = ("Alder Street", "alder way", "Álamo Lane", "Birch St")[place % 4]
            premise.house_number = str(7 * place + 1)
    page = board(office, f"?sort={sort}")
    places = [part.split('"')[0] for part in page.split('data-sort="')[1:]]
    assert len(places) > 5
    assert places == sorted(places)


@pytest.mark.parametrize("query", ["?sort=x", "?hide=order", "?color=x", f"?q={'x' * 61}"])
def test_a_view_that_makes_no_sense_is_refused(shared_office: Office, query: str) -> None:
    assert shared_office.client("dana").get(f"/dispatch/{query}").status_code == 422


def test_columns_are_chosen_by_boxes(shared_office: Office) -> None:
    assert 'data-hide="due state"' in board(shared_office, "?columns=yes&column-where=yes")
    assert 'data-hide=""' in board(shared_office)


def save(office: Office, who: str, query: str, **form: Any) -> Any:
    return office.client(who).post(
        f"/dispatch/views?{query}", data={"csrf_token": TOKEN} | form, follow_redirects=True
    )


def test_a_view_is_saved_replaced_and_deleted_by_its_owner_alone(office: Office) -> None:
    answer = save(office, "dana", "group=to_assign&sort=due&color=due", view_name="My <morning>")
    assert "The view “My &lt;morning&gt;” is saved." in answer.text
    save(office, "dana", "group=on_tablet&hide=due", view_name="My <morning>")
    page = board(office)
    (link,) = [
        part.split('"')[0]
        for part in page.split('<ul class="views"')[1].split("</ul>")[0].split('href="')[1:]
    ]
    assert "group=on_tablet" in link
    assert "hide=due" in link
    assert "sort" not in link
    assert "My &lt;morning&gt;" not in office.client("sam").get("/dispatch/").text
    path = page.split('action="/dispatch/views/')[1].split('"')[0]
    office.post("sam", f"/dispatch/views/{path}")
    assert "My &lt;morning&gt;" in board(office)
    office.post("dana", f"/dispatch/views/{path}")
    assert "My &lt;morning&gt;" not in board(office)


def test_the_board_opens_with_the_view_of_ones_choice(office: Office) -> None:
    save(office, "dana", "type=exchange", view_name="One", by_default="yes")
    save(office, "dana", "type=reread", view_name="Two", by_default="yes")
    answer = office.client("dana").get("/dispatch/", follow_redirects=True)
    assert shown(answer.text) >= named(office, "waiting")
    assert not named(office, "overdue") & shown(answer.text)
    assert named(office, "overdue") <= shown(board(office, f"?day={TODAY}")), "everything is a click away"
    assert named(office, "overdue") <= shown(office.client("sam").get("/dispatch/").text)


def test_a_view_needs_a_name(office: Office) -> None:
    assert "give the view a name" in save(office, "dana", "", view_name=" ").text


def act(office: Office, path: str, **form: Any) -> str:
    answer = office.client("dana").post(
        path, data={"csrf_token": TOKEN} | form, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    return str(answer.text)


def hidden(text: str, name: str) -> list[str]:
    return [part.split('"')[0] for part in text.split(f'name="{name}" value="')[1:]]


def test_an_assignment_is_taken_back_as_a_whole(office: Office) -> None:
    """One came from nobody, the other from another technician's route."""
    with transaction(office.services.sessions) as session:
        session.get_one(Technician, "t02").skills = ["water"]
    was = order(office, "second")
    given = {"technician": "t02", "route_day": str(TODAY), "send": "yes"}
    answer = act(office, "/dispatch/assign", order=ticks(office, "waiting", "second"), **given)
    assert {order(office, word).technician_id for word in ("waiting", "second")} == {"t02"}
    undone = act(office, "/dispatch/undo", undo=hidden(answer, "undo"))
    assert "2 orders are as they were." in undone
    now = order(office, "second")
    assert (now.technician_id, now.route_day, now.sequence) == ("t01", was.route_day, was.sequence)
    assert now.state == "dispatched"
    assert (order(office, "waiting").technician_id, order(office, "waiting").state) == (None, "recalled")


def test_what_somebody_has_touched_since_is_not_taken_back(office: Office) -> None:
    number = office.numbers["waiting"]
    answer = act(
        office,
        "/dispatch/assign",
        order=ticks(office, "waiting"),
        technician="t01",
        route_day=str(TODAY),
        send="yes",
    )
    with office.services.sessions() as session:
        given = session.get_one(Order, number)
        world.take(session, Tablet("t01", counter=700).event("en_route", given))
    refused = act(office, "/dispatch/undo", undo=hidden(answer, "undo"))
    assert f"{number}: Order {number} was changed by someone else." in refused
    assert "is on the way" in refused, "what happened in between"
    assert order(office, "waiting").technician_id == "t01"


def test_times_computed_anew_are_nobodys_doing(office: Office) -> None:
    """After an assignment the route's times are computed again, which is a change of the order as well."""
    number = office.numbers["waiting"]
    given = {"technician": "t01", "route_day": str(TODAY), "send": "yes"}
    answer = act(office, "/dispatch/assign", order=ticks(office, "waiting"), **given)
    with transaction(office.services.sessions) as session:
        session.get_one(Order, number).planned_start = morning.CLOCK
    assert f"{number} is as it was." in act(office, "/dispatch/undo", undo=hidden(answer, "undo"))


def test_a_stale_action_is_refused_with_who_did_what(office: Office) -> None:
    seen = ticks(office, "waiting")
    with transaction(office.services.sessions) as session:
        assign_order(
            session, office.numbers["waiting"], "t01", route_day=TODAY, now=morning.CLOCK, actor="sam"
        )
    text = act(office, "/dispatch/assign", order=seen, technician="t02", route_day=str(TODAY), send="yes")
    assert "Sam Supervisor: Sent to Tess Demo’s tablet." in text.replace("\u00a0", " ")
    assert order(office, "waiting").technician_id == "t01"


def test_a_moved_stop_goes_back(office: Office) -> None:
    number = office.numbers["sent"]
    before = order(office, "sent").sequence
    answer = act(
        office, "/dispatch/route", technician="t01", day=str(TODAY), number=number, move="down", steps="2"
    )
    (back,) = hidden(answer, "move")
    assert back == "up"
    assert order(office, "sent").sequence != before
    form = {name: hidden(answer, name)[0] for name in ("technician", "day", "number", "move", "steps")}
    act(office, "/dispatch/route", **form)
    assert order(office, "sent").sequence == before


@pytest.mark.parametrize("text", ["", "x", "W1|x|||||", "W1|1||t01|someday|1|yes"])
def test_an_undo_that_no_page_offered_is_refused(office: Office, text: str) -> None:
    answer = office.client("dana").post(
        "/dispatch/undo", data={"csrf_token": TOKEN, "undo": text}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422

"""Ways over small maps whose answer can be seen by looking at them. Ten metres take a second."""

import dataclasses
from pathlib import Path

import pytest

from geo.roads import DrivingProfile
from geo.roads.streets_pbf import StreetWay
from tests.unit.roads.maps import FREE, KMH_36, Map, at, grid
from workorders.messages.words import ENGLISH, say
from workorders.problems import Problem


def test_a_oneway_street_is_driven_round(tmp_path: Path) -> None:
    # A square block; its south side may only be driven east.
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)})
    town.street(1, 2, oneway="yes")
    town.street(2, 3)
    town.street(3, 4)
    town.street(4, 1)
    matrix = town.network(tmp_path).matrix([at(20, 0), at(80, 0)])
    assert matrix.tolist() == [[0, 6], [34, 0]]


def test_oneway_minus_one_is_driven_against_its_drawing(tmp_path: Path) -> None:
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)})
    town.street(1, 2, oneway="-1")
    town.street(2, 3)
    town.street(3, 4)
    town.street(4, 1)
    assert town.network(tmp_path).matrix([at(20, 0), at(80, 0)]).tolist() == [[0, 34], [6, 0]]


def test_back_on_a_oneway_ring_means_once_around(tmp_path: Path) -> None:
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)})
    for a, b in ((1, 2), (2, 3), (3, 4), (4, 1)):
        town.street(a, b, oneway="yes")
    network = town.network(tmp_path)
    assert network.matrix([at(60, 0), at(40, 0)]).tolist() == [[0, 38], [2, 0]]
    way = network.path([at(60, 0), at(40, 0)])
    assert way.seconds == 38
    assert way.metres == pytest.approx(380, abs=1)


def test_a_forbidden_left_turn_is_not_taken(tmp_path: Path) -> None:
    # East along row 0, then north at the second node: forbidden.
    town = grid(3, 2)
    assert town.network(tmp_path).matrix([at(50, 0), at(100, 50)])[0, 1] == 10
    town.restrict("no_left_turn", 101, ("n", [2]), 202)
    matrix = town.network(tmp_path).matrix([at(50, 0), at(100, 50)])
    # Leaving the other way: round the western block.
    assert matrix[0, 1] == 5 + 10 + 10 + 5
    assert matrix[1, 0] == 10


def test_only_straight_on_forbids_every_other_turn(tmp_path: Path) -> None:
    town = grid(3, 2)
    town.restrict("only_straight_on", 101, ("n", [2]), 102)
    network = town.network(tmp_path)
    assert network.matrix([at(50, 0), at(150, 0)])[0, 1] == 10
    assert network.matrix([at(50, 0), at(100, 50)])[0, 1] == 30


def test_two_only_relations_from_one_street_allow_both(tmp_path: Path) -> None:
    town = grid(3, 2)
    town.restrict("only_straight_on", 101, ("n", [2]), 102)
    town.restrict("only_left_turn", 101, ("n", [2]), 202)
    network = town.network(tmp_path)
    assert network.matrix([at(50, 0), at(150, 0)])[0, 1] == 10
    assert network.matrix([at(50, 0), at(100, 50)])[0, 1] == 10


@pytest.mark.parametrize("except_for", ["bus", "motorcar;bus"])
def test_a_restriction_may_except_cars(tmp_path: Path, except_for: str) -> None:
    town = grid(3, 2)
    town.restrict("no_left_turn", 101, ("n", [2]), 202, **{"except": except_for})
    seconds = town.network(tmp_path).matrix([at(50, 0), at(100, 50)])[0, 1]
    assert seconds == (10 if "motorcar" in except_for else 30)


@pytest.mark.parametrize(
    ("tags", "seconds"),
    [
        ({"restriction": "no_left_turn"}, 30),
        ({"restriction:motorcar": "no_left_turn"}, 30),
        ({"restriction:motor_vehicle": "no_left_turn"}, 30),
        ({"restriction:hgv": "no_left_turn"}, 10),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, 30),
        ({"restriction:conditional": "no_left_turn @ (weight>3.5)"}, 10),
        ({"restriction": "no_left_turn", "type": "route"}, 10),
        ({"restriction": "no_left_turn", "except": "motor_vehicle"}, 10),
        ({"restriction": "no_left_turn", "except": "psv;hgv"}, 30),
        ({"restriction": "no_entry"}, 30),
    ],
)
def test_a_restriction_binds_by_vehicle_and_hour(tmp_path: Path, tags: dict[str, str], seconds: int) -> None:
    town = grid(3, 2)
    town.restrict("", 101, ("n", [2]), 202, **tags)
    assert town.network(tmp_path).matrix([at(50, 0), at(100, 50)])[0, 1] == seconds


@pytest.mark.parametrize(
    "tags",
    [
        {"motor_vehicle:backward": "no"},
        {"vehicle:backward": "no"},
        {"access:backward": "no"},
        {"oneway:motorcar": "yes"},
        {"oneway:vehicle": "yes"},
        {"oneway:conditional": "yes @ (07:00-09:00)"},
        {"motor_vehicle:backward:conditional": "no @ (Mo-Fr 07:00-19:00)"},
    ],
)
def test_a_street_closed_in_one_direction_is_driven_round(tmp_path: Path, tags: dict[str, str]) -> None:
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)})
    town.ways.append(StreetWay(1, (1, 2), {"highway": "residential", **KMH_36, **tags}))
    town.street(2, 3)
    town.street(3, 4)
    town.street(4, 1)
    assert town.network(tmp_path).matrix([at(20, 0), at(80, 0)]).tolist() == [[0, 6], [34, 0]]


@pytest.mark.parametrize(("duration", "seconds"), [("00:25", 1500), ("PT10M", 600), ("", 432)])
def test_a_ferry_takes_what_its_timetable_says(tmp_path: Path, duration: str, seconds: int) -> None:
    # 1.2 km of water; without a duration the ferry's class has its speed (10 km/h).
    town = Map({1: (-100, 0), 2: (0, 0), 3: (600, 300), 4: (1200, 0), 5: (1300, 0)})
    town.street(1, 2)
    town.street(4, 5)
    ferry = {"route": "ferry", **({"duration": duration} if duration else {})}
    places = (2, 4) if not duration else (2, 3, 4)
    town.ways.append(StreetWay(9, places, ferry))
    found = town.network(tmp_path).matrix([at(-50, 0), at(1250, 0)])
    assert found.tolist() == [[0, seconds + 10], [seconds + 10, 0]]


def test_a_restriction_over_a_street_binds_only_those_who_came_that_way(tmp_path: Path) -> None:
    # No turning round over the short street between two parallel oneways.
    town = Map({1: (0, 0), 2: (200, 0), 3: (400, 0), 4: (0, 30), 5: (200, 30), 6: (400, 30)})
    east = [town.street(1, 2, oneway="yes"), town.street(2, 3, oneway="yes")]
    west = [town.street(6, 5, oneway="yes"), town.street(5, 4, oneway="yes")]
    link = town.street(2, 5)
    town.street(3, 6)
    town.street(4, 1)
    start, end, side = at(150, 0), at(150, 30), at(200, 15)
    dear_turns = dataclasses.replace(FREE, u_turn_s=100)
    before = town.network(tmp_path, dear_turns).matrix([start, end, side])
    assert before[0, 1] == 5 + 3 + 5
    town.restrict("no_u_turn", east[0], ("w", [link]), west[1])
    after = town.network(tmp_path, dear_turns).matrix([start, end, side])
    assert after[0, 1] == 5 + 20 + 3 + 20 + 5
    # The link itself is still reached, and who starts on it turns as before.
    assert (after[0, 2], after[2, 1]) == (before[0, 2], before[2, 1])
    assert after[0, 2] in (6, 7)


def test_a_sign_also_binds_those_whom_another_sign_remembers(tmp_path: Path) -> None:
    town = grid(3, 2)
    town.ways[0] = dataclasses.replace(town.ways[0], tags={**town.ways[0].tags, "oneway": "yes"})
    dear_turns = dataclasses.replace(FREE, u_turn_s=100)
    first, corner = at(50, 0), at(50, 100)
    assert town.network(tmp_path, dear_turns).matrix([first, corner])[0, 1] == 5 + 10 + 5
    # Who comes from the first street is remembered on the second; the plain sign there is for him too.
    town.restrict("no_right_turn", 101, ("w", [202]), 112)
    town.restrict("no_left_turn", 202, ("n", [12]), 111)
    assert town.network(tmp_path, dear_turns).matrix([first, corner])[0, 1] == 5 + 10 + 10 + 10 + 5


def test_a_bollard_stops_cars_and_a_gate_costs_time(tmp_path: Path) -> None:
    town = Map({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (200, 300), 5: (0, 300)})
    town.street(1, 2, 3)
    town.street(3, 4)
    town.street(4, 5)
    town.street(5, 1)
    ends = [at(50, 0), at(150, 0)]
    assert town.network(tmp_path).matrix(ends)[0, 1] == 10
    town.node_tags[2] = {"barrier": "bollard"}
    assert town.network(tmp_path).matrix(ends)[0, 1] == 5 + 30 + 20 + 30 + 5
    town.node_tags[2] = {"barrier": "gate"}
    assert town.network(tmp_path, DrivingProfile(limit_share=1, gate_s=15)).matrix(ends)[0, 1] == 25


def test_private_streets_are_reached_but_never_cut_through(tmp_path: Path) -> None:
    # A private way cuts the corner of a block: 141 m against 200 m.
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (200, 100), 5: (-100, 0)})
    town.street(1, 2)
    town.street(2, 3)
    town.street(1, 3, access="private")
    town.street(3, 4)
    town.street(5, 1)
    network = town.network(tmp_path, DrivingProfile(limit_share=1, left_turn_s=0, right_turn_s=0))
    assert network.matrix([at(-50, 0), at(150, 100)])[0, 1] == 5 + 20 + 5
    assert network.matrix([at(-50, 0), at(50, 50)])[0, 1] == pytest.approx(5 + 60 + 7, abs=1)


def test_streets_that_lead_nowhere_and_back_are_left_out(tmp_path: Path) -> None:
    town = grid(3, 3)
    town.places |= {90: (300, 0), 91: (900, 900), 92: (950, 900)}
    trap = town.street(3, 90, oneway="yes")
    town.street(91, 92)
    network = town.network(tmp_path)
    assert network.summary.segments == 12
    assert network.summary.segments_dropped == 2
    snapped = network.snap(*at(280, 5))
    assert snapped.metres == pytest.approx(80, abs=1)
    assert trap not in network._roads.arrays["way_id"]


def test_signals_stop_signs_and_turns_cost_what_the_profile_says(tmp_path: Path) -> None:
    town = grid(3, 3)
    straight, left, right = (
        [at(50, 100), at(150, 100)],
        [at(50, 100), at(100, 150)],
        [at(50, 100), at(100, 50)],
    )
    profile = DrivingProfile(limit_share=1, left_turn_s=5, right_turn_s=3, signal_s=7, stop_sign_s=4)
    plain = town.network(tmp_path, profile)
    assert [plain.matrix(ends)[0, 1] for ends in (straight, left, right)] == [10, 15, 13]
    town.node_tags[12] = {"highway": "traffic_signals"}
    assert town.network(tmp_path, profile).matrix(straight)[0, 1] == 17
    town.node_tags[12] = {"highway": "stop"}
    assert town.network(tmp_path, profile).matrix(straight)[0, 1] == 14
    left_hand = DrivingProfile(limit_share=1, left_turn_s=5, right_turn_s=3, drives_on_right=False)
    town.node_tags.clear()
    assert town.network(tmp_path, left_hand).matrix(left)[0, 1] == 13


def test_turning_round_happens_at_dead_ends_and_junctions_not_midway(tmp_path: Path) -> None:
    # Two ways meet at node 2 without a junction: no turning there, but at the dead end behind it.
    town = Map({1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (0, 100), 5: (0, -100)})
    town.street(1, 2)
    town.street(2, 3)
    town.street(4, 1)
    town.street(1, 5)
    town.street(4, 5)
    # Who starts at a stop may leave either way, so the question is put to somebody passing through.
    town.restrict("only_straight_on", 1, ("n", [2]), 2)
    network = town.network(tmp_path, DrivingProfile(limit_share=1, dead_end_turn_s=9))
    way = network.path([at(0, 50), at(150, 0), at(0, 50)])
    assert way.legs[0].seconds == pytest.approx(5 + 15 + 5, abs=3)
    assert {arc for step in way.steps for arc in [step.manoeuvre]} & {"u_turn"} == set()


@pytest.mark.parametrize("junction", ["roundabout", "circular"])
def test_no_way_goes_wrong_round_a_roundabout(tmp_path: Path, junction: str) -> None:
    town = Map(
        {
            1: (0, -20),
            2: (20, 0),
            3: (0, 20),
            4: (-20, 0),
            5: (0, -120),
            6: (120, 0),
            7: (0, 120),
            8: (-120, 0),
        }
    )
    town.street(1, 2, 3, 4, 1, junction=junction, id=50)
    town.street(5, 1, name="South Street", id=51)
    town.street(2, 6, name="East Street", id=52)
    town.street(3, 7, name="North Street", id=53)
    town.street(8, 4, name="West Street", id=54)
    network = town.network(tmp_path)
    assert network.matrix([at(0, -70), at(70, 0), at(-70, 0)])[0].tolist() == [0, 13, 18]
    way = network.path([at(0, -70), at(-70, 0)])
    assert [say(step.message, ENGLISH) for step in way.steps] == [
        "Head north on South Street",
        "At the roundabout, take exit 3 onto West Street",
        "Arrive at your destination",
    ]


def test_a_crescent_is_left_by_its_nearer_end(tmp_path: Path) -> None:
    # A horseshoe off a main street: from one end to the other the main street is shorter.
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 300), 4: (0, 300), 5: (-100, 0), 6: (200, 0)})
    town.street(5, 1)
    town.street(1, 2)
    town.street(2, 6)
    town.street(1, 4, 3, 2, name="Crescent")
    network = town.network(tmp_path)
    matrix = network.matrix([at(0, 10), at(100, 10)])
    assert matrix.tolist() == [[0, 12], [12, 0]]
    assert network.path([at(0, 10), at(100, 10)]).seconds == 12


def test_stops_far_from_any_street_are_named(tmp_path: Path) -> None:
    network = grid(3, 3).network(tmp_path)
    with pytest.raises(Problem) as caught:
        network.matrix([at(0, 0), at(5000, 0), at(50, 50), at(0, -900)])
    assert caught.value.code == "stop_off_network"
    assert caught.value.details["positions"] == [1, 3]
    assert caught.value.words == "Stop 2, Stop 4 lies more than 1,640 ft from any street."
    assert network.matrix([at(0, -900)], max_metres=1000).tolist() == [[0]]


@pytest.mark.parametrize("point", [(float("nan"), 39.0), (200.0, 39.0), (-98.0, 91.0), (float("inf"), 0.0)])
def test_a_point_that_is_no_place_is_refused_by_its_position(
    tmp_path: Path, point: tuple[float, float]
) -> None:
    network = grid(2, 2).network(tmp_path)
    with pytest.raises(Problem) as caught:
        network.matrix([at(0, 0), point])
    assert caught.value.code == "bad_input"
    assert caught.value.details["field"] == "points[1]"


def test_freeways_are_driven_but_nobody_stops_on_them(tmp_path: Path) -> None:
    town = Map({1: (0, 0), 2: (1000, 0), 3: (0, 100), 4: (1000, 100)})
    town.street(1, 2, highway="motorway", oneway="no", maxspeed="108")
    town.street(3, 4)
    town.street(1, 3)
    town.street(2, 4)
    network = town.network(tmp_path, FREE)
    assert network.snap(*at(500, 5)).metres == pytest.approx(95, abs=1)
    assert network.matrix([at(0, 90), at(1000, 90)])[0, 1] == 9 + 33 + 9


def test_nothing_to_ask_gives_nothing(tmp_path: Path) -> None:
    network = grid(2, 2).network(tmp_path)
    assert network.matrix([]).shape == (0, 0)
    assert network.matrix([at(0, 0)]).tolist() == [[0]]
    with pytest.raises(Problem, match="at least two points"):
        network.path([at(0, 0)])

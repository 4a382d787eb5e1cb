"""Instructions that a driver can follow."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.roads import RoadNetwork
from tests.unit.roads.maps import Map, at, grid
from workorders.messages.words import ENGLISH, say


def _texts(network: RoadNetwork, *points: tuple[float, float]) -> list[str]:
    return [say(step.message, ENGLISH) for step in network.path([at(*point) for point in points]).steps]


def test_streets_turns_and_the_side_of_arrival_are_said(tmp_path: Path) -> None:
    network = grid(3, 3).network(tmp_path)
    assert _texts(network, (20, 0), (100, 150)) == [
        "Head east on Row 0",
        "Turn left onto Column 1",
        "Arrive at your destination",
    ]
    assert _texts(network, (20, 0), (108, 150), (92, 160))[-1] == "Arrive at your destination, on the left"
    assert "Arrive at your destination, on the right" in _texts(network, (20, 0), (108, 150), (92, 160))


def test_a_street_that_goes_on_over_junctions_is_one_step(tmp_path: Path) -> None:
    network = grid(5, 2).network(tmp_path)
    way = network.path([at(10, 0), at(390, 0)])
    assert [say(step.message, ENGLISH) for step in way.steps] == [
        "Head east on Row 0",
        "Arrive at your destination",
    ]
    assert way.steps[0].metres == pytest.approx(380, abs=0.5)
    assert (way.steps[0].seconds, way.seconds) == (38, 38)


def test_a_new_name_straight_on_is_said_and_a_mere_bend_is_not(tmp_path: Path) -> None:
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (100, 200)})
    town.street(1, 2, name="Oak Street")
    town.street(2, 3, name="Oak Street")
    town.street(3, 4, name="Mill Road")
    assert _texts(town.network(tmp_path), (50, 0), (100, 150)) == [
        "Head east on Oak Street",
        "Continue onto Mill Road",
        "Arrive at your destination",
    ]


def test_ramps_merging_and_unnamed_roads_have_words(tmp_path: Path) -> None:
    town = Map(
        {
            1: (0, 0),
            2: (300, 0),
            3: (600, 60),
            4: (1500, 60),
            5: (1800, 0),
            6: (2100, 0),
            7: (300, -200),
            8: (0, 60),
            9: (2100, 60),
            10: (1800, -200),
        }
    )
    town.street(1, 2, name="Plain Street")
    town.street(2, 3, highway="motorway_link", oneway="yes")
    town.street(8, 3, 4, 9, highway="motorway", ref="US 1", oneway="no")
    town.street(4, 5, highway="motorway_link", oneway="yes")
    town.street(5, 6, name="Far Street")
    town.street(2, 7, 10, 5, highway="service", service="alley")
    texts = _texts(town.network(tmp_path), (100, 0), (2000, 0))
    assert texts == [
        "Head east on Plain Street",
        "Take the ramp on the left",
        "Merge onto US 1",
        "Take the ramp on the right",
        "Merge onto Far Street",
        "Arrive at your destination",
    ]
    assert "Turn right onto the alley" in _texts(town.network(tmp_path), (100, 0), (300, -150))


def test_turning_round_is_said(tmp_path: Path) -> None:
    town = Map({1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 5: (200, 0)})
    town.street(1, 2, oneway="yes", name="Ring")
    town.street(2, 3, oneway="yes", name="Ring")
    town.street(3, 4, oneway="yes", name="Ring")
    town.street(4, 1, oneway="yes", name="Ring")
    town.street(2, 5, name="Spur")
    town.restrict("only_straight_on", 1, ("n", [2]), 5)
    texts = _texts(town.network(tmp_path), (50, 0), (100, 50))
    assert texts == [
        "Head east on Ring",
        "Continue onto Spur",
        "Make a U-turn on Spur",
        "Turn right onto Ring",
        "Arrive at your destination",
    ]


def test_steps_and_geometry_fit_together(tmp_path: Path) -> None:
    network = grid(6, 6).network(tmp_path)
    rng = np.random.default_rng(11)
    points = [at(*place) for place in rng.uniform(0, 500, (12, 2))]
    way = network.path(points)
    matrix = network.matrix(points)
    assert [leg.seconds for leg in way.legs] == [int(matrix[a, a + 1]) for a in range(11)]
    for number, (leg, following) in enumerate(pairwise([*way.legs, None])):
        assert leg is not None
        steps = way.steps[leg.first_step : following.first_step if following else None]
        assert sum(step.seconds for step in steps) == leg.seconds
        assert sum(step.metres for step in steps) == pytest.approx(leg.metres, abs=1)
        assert steps[-1].manoeuvre.startswith("arrive")
        assert all(way.geometry[step.start_index] == (step.lon, step.lat) for step in steps)
        last = way.geometry[following.first_index] if following else way.geometry[-1]
        snapped = network.snap(*points[number + 1])
        assert math.dist(last, (snapped.lon, snapped.lat)) < 1e-6
    # Every drawn point lies on a street: ways do not cut corners.
    streets = shapely.union_all(
        [shapely.LineString(line) for s in network.street_names() for line in s.lines]
    )
    assert max(shapely.distance(streets, shapely.points(way.geometry))) < 1e-6


def test_street_names_come_once_with_all_their_lines(tmp_path: Path) -> None:
    town = grid(3, 2)
    town.places[99] = (0, -50)
    town.street(1, 99)
    streets = list(town.network(tmp_path).street_names())
    assert sorted(street.name for street in streets) == ["Column 0", "Column 1", "Column 2", "Row 0", "Row 1"]
    row = next(street for street in streets if street.name == "Row 0")
    assert len(row.lines) == 2
    assert row.lines[0][0] == pytest.approx(at(0, 0), abs=1e-7)

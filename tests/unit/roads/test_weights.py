"""Closures and the hour of the day change times and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from geo.roads import UNREACHABLE, RoadNetwork
from tests.unit.roads.maps import at, grid
from workorders.problems import Problem


@pytest.fixture
def town(tmp_path: Path) -> RoadNetwork:
    """A lattice of five by five junctions, 100 m apart, ten seconds a block."""
    return grid(5, 5).network(tmp_path)


ENDS = [at(150, 200), at(250, 200)]
"""Two stops in neighbouring blocks of the middle street: ten seconds."""


def test_a_point_closes_the_street_it_lies_on(town: RoadNetwork) -> None:
    assert town.matrix([at(50, 200), at(250, 200)])[0, 1] == 20
    closed = town.with_closures([[at(155, 203)]])
    assert closed.matrix([at(50, 200), at(250, 200)])[0, 1] == 40
    # The view without the closure is untouched, and closures do not add up from view to view.
    assert town.matrix([at(50, 200), at(250, 200)])[0, 1] == 20
    assert closed.with_closures([]).matrix([at(50, 200), at(250, 200)])[0, 1] == 20


def test_a_stop_on_a_closed_street_is_worked_from_the_next_open_one(town: RoadNetwork) -> None:
    closed = town.with_closures([[at(150, 200)]])
    assert town.snap(*at(150, 210)).metres == pytest.approx(10, abs=0.5)
    assert closed.snap(*at(150, 210)).metres == pytest.approx(51, abs=1)


def test_a_line_closes_what_it_crosses(town: RoadNetwork) -> None:
    bar = [at(150, 150), at(150, 450)]
    closed = town.with_closures([bar])
    # Rows 2, 3 and 4 are cut between columns 1 and 2; row 1 is open.
    assert closed.matrix([at(50, 200), at(250, 200)])[0, 1] == 5 + 10 + 10 + 10 + 5
    assert closed.matrix([at(50, 100), at(250, 100)])[0, 1] == 20


def test_a_ring_closes_everything_that_touches_it(town: RoadNetwork) -> None:
    ring = [at(120, 120), at(280, 120), at(280, 280), at(120, 280), at(120, 120)]
    closed = town.with_closures([ring])
    assert (
        closed.matrix([at(50, 200), at(350, 200)])[0, 1]
        == town.matrix([at(50, 200), at(350, 200)])[0, 1] + 20
    )


def test_pairs_that_closures_cut_apart_are_marked_and_no_way_is_invented(town: RoadNetwork) -> None:
    wall = [at(250, -50), at(250, 450)]
    closed = town.with_closures([wall])
    matrix = closed.matrix([at(50, 0), at(150, 0), at(350, 0)])
    assert matrix.tolist() == [[0, 10, UNREACHABLE], [10, 0, UNREACHABLE], [UNREACHABLE, UNREACHABLE, 0]]
    with pytest.raises(Problem) as caught:
        closed.path([at(50, 0), at(150, 0), at(350, 0)])
    assert caught.value.code == "no_way_between"
    assert "stop 2" in caught.value.words


@pytest.mark.parametrize(
    ("closures", "field"),
    [
        ([[at(9000, 0)]], "closures[0]"),
        ([[at(150, 200)], []], "closures[1]"),
        ([[(float("nan"), 0.0)]], "closures[0]"),
    ],
)
def test_unusable_weights_are_refused_by_field(
    town: RoadNetwork, closures: list[list[tuple[float, float]]], field: str
) -> None:
    with pytest.raises(Problem) as caught:
        town.with_closures(closures)
    assert (caught.value.code, caught.value.details["field"]) == ("bad_input", field)


def test_every_time_is_at_least_as_long_with_a_street_closed(town: RoadNetwork) -> None:
    rng = np.random.default_rng(7)
    points = [at(*place) for place in rng.uniform(0, 400, (40, 2))]
    closed = town.with_closures([[at(250, 200)]])
    kept = [point for point in points if town.snap(*point).segment == closed.snap(*point).segment]
    assert (closed.matrix(kept) >= town.matrix(kept)).all()

"""Trying an order everywhere at once says exactly what laying out each route says."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.planner.board import RouteBoard
from geo.planner.construct import fill, hardest_first, swap_in
from geo.planner.insert import board_of
from geo.planner.instance import RELOAD_NODE, index
from geo.planner.model import Options, PlanningProblem
from geo.planner.simulate import route_of
from geo.planner.solve import plan
from geo.planner.trials import IMPOSSIBLE, Prober
from tests.unit.planner.worlds import days, town

generated = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
PLAIN = Options(overtime_cost=0, zone_cost_s=0)


def half_full(problem: PlanningProblem) -> RouteBoard:
    """A board with every second order on it where it fits."""
    board = RouteBoard(index(problem, PLAIN))
    fill(board, [o for o in range(0, len(problem.orders), 2) if o not in board.instance.linked])
    return board


@generated
@given(days())
def test_a_place_is_possible_exactly_when_the_route_with_it_is(problem: PlanningProblem) -> None:
    board = half_full(problem)
    for order in range(1, len(problem.orders), 2):
        trials = Prober(board).insertions(order)
        offered = {
            (int(number), position): int(trials.cost[row, position])
            for row, number in enumerate(trials.vehicles)
            for position in range(trials.cost.shape[1])
            if trials.cost[row, position] < IMPOSSIBLE
        }
        for number in range(len(board.routes)):
            for position in range(len(board.routes[number]) + 1):
                twin = board.copy()
                allowed = bool(board.instance.allowed[order, number])
                works = allowed and twin.insert(order, number, position)
                assert works == ((number, position) in offered)
                if works:
                    extra = sum(twin.lines[number].legs) - sum(board.lines[number].legs)
                    assert offered[number, position] == extra


@generated
@given(days())
def test_a_swap_is_possible_exactly_when_the_route_with_it_is(problem: PlanningProblem) -> None:
    board = half_full(problem)
    for order in range(1, len(problem.orders), 2):
        trials = Prober(board).swaps(order)
        offered = {
            (int(number), position)
            for row, number in enumerate(trials.vehicles)
            for position in range(trials.cost.shape[1])
            if trials.cost[row, position] < IMPOSSIBLE
        }
        for number, route in enumerate(board.routes):
            for position, node in enumerate(route):
                twin = board.copy()
                changed = [*route[:position], order, *route[position + 1 :]]
                works = bool(board.instance.allowed[order, number]) and twin.set_route(number, changed)
                assert (works and node != RELOAD_NODE) == ((number, position) in offered)


@generated
@given(days(), st.data())
def test_a_route_on_the_board_ends_when_the_simulation_says(
    problem: PlanningProblem, data: st.DataObject
) -> None:
    board = RouteBoard(index(problem, PLAIN))
    for number, vehicle in enumerate(board.instance.vehicles):
        nodes = data.draw(st.permutations(range(len(problem.orders))))[:4]
        person = problem.technicians[vehicle.technician]
        route = route_of(problem, person, vehicle.shift, [problem.orders[node] for node in nodes])
        if board.set_route(number, nodes):
            assert route is not None
            assert route.back == board.lines[number].finish
            starts = [visit.start for visit in route.visits if visit.order]
            assert all(a <= b for a, b in zip(board.lines[number].begins, starts, strict=True))
            board.set_route(number, [])


def test_an_urgent_order_takes_the_place_of_a_lesser_one() -> None:
    problem = town(3, orders=40, technicians=2)
    board = RouteBoard(index(problem, PLAIN))
    left = fill(board, range(len(problem.orders)))
    before = board.served
    rest = swap_in(board, left, lambda: False)
    assert board.served > before
    assert sorted([*board.vehicle_of, *rest]) == list(range(len(problem.orders)))
    worth = board.instance.worth
    assert [int(worth[o]) for o in hardest_first(board, left)] == sorted(
        (int(worth[o]) for o in left), reverse=True
    )


def test_a_plan_laid_on_a_board_is_the_same_plan() -> None:
    problem = town(4, orders=30, technicians=3)
    made = plan(problem, options=Options(seconds=0.2, processes=1, clock="cpu"))
    board = board_of(problem, made, Options())
    assert (
        sum(sum(line.legs) for line, route in zip(board.lines, board.routes, strict=True) if route)
        == made.drive_s
    )
    assert board.served == made.priority

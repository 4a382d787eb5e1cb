"""A part of a plan as PyVRP gets it begins with what its routes say, as far as the part asks for it."""

from geo.planner.instance import RELOAD_NODE, index
from geo.planner.model import Options, PlanningProblem
from geo.planner.subproblem import Builder, Task
from tests.unit.planner.worlds import line_of, order, technician


def test_a_trip_to_the_yard_that_these_orders_do_not_need_is_left_out() -> None:
    """It was for orders of another part of the plan; here no size of meters can run out."""
    orders = (order("O1", 1), order("O2", 2, stock={"small": 1}))
    problem = PlanningProblem(orders, (technician(stock={"small": 1}, reload_at=3),), line_of(4))
    instance = index(problem, Options())
    made = Builder(instance, Task([0], [0], [[RELOAD_NODE, 0]], {}, 1.0, 0.1, 1.0, 1)).build()
    (route,) = made.start.routes()
    assert 0 in [made.order_of[step.idx] for step in list(route)[1:-1] if step.is_client()]
    assert not any(step.is_depot() for step in list(route)[1:-1])

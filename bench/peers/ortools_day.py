"""OR-Tools' routing library, guided local search, breaks its own."""

from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

A_POINT = 200
HORIZON = 86_400


def plan(day: dict[str, Any], seconds: Any, budget: int) -> list[list[int]]:
    """Every order may be left out for `A_POINT` driving seconds a point of priority."""
    people, orders = day["technicians"], day["orders"]
    places = [t["start"] for t in people] + [t["end"] for t in people] + [o["at"] for o in orders]
    first = 2 * len(people)
    service = [0] * first + [order["service_s"] for order in orders]
    starts, ends = list(range(len(people))), list(range(len(people), first))
    manager = pywrapcp.RoutingIndexManager(len(places), len(people), starts, ends)
    routing = pywrapcp.RoutingModel(manager)
    legs = seconds[places][:, places].tolist()
    drive = routing.RegisterTransitMatrix(legs)
    taken = routing.RegisterTransitMatrix(
        [[leg + service[row] for leg in line] for row, line in enumerate(legs)]
    )
    routing.SetArcCostEvaluatorOfAllVehicles(drive)
    routing.AddDimension(taken, HORIZON, HORIZON, False, "time")
    for size in range(len(people[0]["stock"])):
        pieces = routing.RegisterUnaryTransitVector([0] * first + [order["stock"][size] for order in orders])
        limits = [technician["stock"][size] for technician in people]
        routing.AddDimensionWithVehicleCapacity(pieces, 0, limits, True, f"stock{size}")
    time = routing.GetDimensionOrDie("time")
    for number, order in enumerate(orders):
        index = manager.NodeToIndex(first + number)
        time.CumulVar(index).SetRange(*order["start_window"])
        able = [n for n, t in enumerate(people) if set(order["skills"]) <= set(t["skills"])]
        routing.VehicleVar(index).SetValues([-1, *able])
        routing.AddDisjunction([index], A_POINT * order["priority"])
    services = [service[manager.IndexToNode(index)] for index in range(routing.Size())]
    for number, technician in enumerate(people):
        time.CumulVar(routing.Start(number)).SetRange(*technician["shift"])
        time.CumulVar(routing.End(number)).SetRange(*technician["shift"])
        lunch = routing.solver().FixedDurationIntervalVar(
            *technician["lunch_start"], technician["lunch_s"], False, f"lunch{number}"
        )
        time.SetBreakIntervalsOfVehicle([lunch], number, services)
    solution = routing.SolveWithParameters(_parameters(budget))
    return [_route(routing, manager, solution, n, first) for n in range(len(people))]


def _parameters(budget: int) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(budget)
    return parameters


def _route(routing: Any, manager: Any, solution: Any, number: int, first: int) -> list[int]:
    """The orders of one vehicle; none when no plan was found in time."""
    found: list[int] = []
    if solution is None:
        return found
    index = solution.Value(routing.NextVar(routing.Start(number)))
    while not routing.IsEnd(index):
        found.append(manager.IndexToNode(index) - first)
        index = solution.Value(routing.NextVar(index))
    return found

"""Changing a day that has begun: emergencies, appointments, and a whole region zone by zone."""

import random
import time
from dataclasses import replace
from pathlib import Path

from geo.planner.by_zone import plan_by_zone
from geo.planner.day_file import read_day
from geo.planner.day_state import DayState, TechnicianState, remaining_day
from geo.planner.insert import cheapest_insertions
from geo.planner.model import Options, PlanningOrder, PlanningProblem, Window
from geo.planner.plan import BREAK, Plan, Visit
from geo.planner.replan import USUAL, replan
from geo.planner.schedule import violations
from geo.planner.slots import planned_day, recommend_slots
from geo.planner.solve import plan

ELEVEN = 11 * 3600


def emergencies(path: Path, seconds: float) -> None:
    """Ten emergencies at eleven o'clock, everybody on time: near the plan, and from scratch."""
    problem = read_day(path)
    made = plan(problem, options=Options(seconds=seconds))
    dice = random.Random(3)
    urgent = tuple(
        PlanningOrder(
            f"E{n}",
            dice.choice(problem.orders).at,
            1200,
            priority=200,
            skills=frozenset({dice.choice("12345")}),
            windows=(Window(ELEVEN, ELEVEN + 9_000),),
        )
        for n in range(10)
    )
    whole, state = replace(problem, orders=problem.orders + urgent), on_time(problem, made)
    print("re-plan at eleven                  took  moved emergencies priority drive h")
    ways = {"near the plan (as set)": USUAL, "nobody may move": replace(USUAL, max_moved=0)}
    for title, options in ways.items():
        began = time.perf_counter()
        later = replan(whole, made, state, options=options)
        print_row(title, time.perf_counter() - began, (whole, made), later)
    began = time.perf_counter()
    rest = remaining_day(whole, state)
    scratch = plan(rest.problem, options=Options(seconds=seconds))
    took = time.perf_counter() - began
    ahead = tuple(visit for visits in rest.ahead.values() for visit in visits)
    print_row("from scratch, without locked stops", took, (whole, made), scratch, ahead)
    questions(whole, made, urgent[0])


def on_time(problem: PlanningProblem, made: Plan) -> DayState:
    """What has begun by eleven is done or in progress; everybody's next stop is locked."""
    starts = {technician.number: technician.start for technician in problem.technicians}
    states = []
    for route in made.routes:
        begun = [visit for visit in route.visits if visit.start <= ELEVEN]
        ahead = [visit.order for visit in route.visits if visit.start > ELEVEN and visit.order]
        states.append(
            TechnicianState(
                route.technician,
                begun[-1].at if begun else starts[route.technician],
                max([ELEVEN, *(visit.finish for visit in begun)]),
                tuple(visit.order for visit in begun if visit.order),
                tuple(ahead[:1]),
                sum(visit.kind == BREAK for visit in begun),
            )
        )
    return DayState(ELEVEN, tuple(states))


def print_row(
    title: str, took: float, before: tuple[PlanningProblem, Plan], later: Plan, ahead: tuple[Visit, ...] = ()
) -> None:
    """One line; `ahead`: locked visits that are not part of `later` but count as served."""
    whole, had = before[0], before[1].technician_of()
    points = {order.number: order.priority for order in whole.orders}
    has = later.technician_of()
    moved = sum(had.get(order, who) != who for order, who in has.items())
    served = sum(number.startswith("E") for number in has)
    priority = sum(points[number] for number in {*has, *(visit.order for visit in ahead if visit.order)})
    line = f"{took:>5.1f}s {moved:>6} {served:>8}/10 {priority:>8} {later.drive_s / 3600:>7.2f}"
    print(f"{title:<34}{line}", flush=True)


def questions(problem: PlanningProblem, made: Plan, urgent: PlanningOrder) -> None:
    """What a dispatcher and a CSR ask, in milliseconds."""
    began = time.perf_counter()
    ways = cheapest_insertions(problem, made, urgent)
    print(f"\nthe cheapest technicians for an urgent order: {1000 * (time.perf_counter() - began):.0f} ms")
    for way in ways:
        gives_way = f", order {way.displaces} gives way" if way.displaces else ""
        print(f"  technician {way.technician}: {way.extra_drive_s} s more driving{gives_way}")
    windows = [Window(hour * 3600, (hour + 2) * 3600) for hour in (8, 10, 12, 14)]
    began = time.perf_counter()
    days = [planned_day(problem, made) for _ in range(5)]
    ready = time.perf_counter()
    recommend_slots(days, urgent, windows)
    print(
        f"slots for 40 technicians over 5 days: {1000 * (time.perf_counter() - ready):.0f} ms, "
        f"{1000 * (ready - began):.0f} ms more when the plans have just changed"
    )


def region(path: Path, orders: int, technicians: int, seconds: float) -> None:
    """Many times the day in `path`, in 20 zones of equal width along the order of its places."""
    problem = enlarged(read_day(path), orders, technicians)
    began = time.perf_counter()
    made = plan_by_zone(problem, options=Options(seconds=seconds))
    took = time.perf_counter() - began
    share = made.priority / sum(order.priority for order in problem.orders)
    print(
        f"\n{orders} orders, {technicians} technicians by zone: {took:.0f} s, {made.served} served, "
        f"{100 * share:.1f} % of all points, {made.drive_s / 3600:.0f} h driving, "
        f"{len(violations(problem, made))} violations"
    )


def enlarged(problem: PlanningProblem, orders: int, technicians: int) -> PlanningProblem:
    """A day of the same kind with more orders and technicians, at the same places, cut into zones."""
    dice = random.Random(1)
    places = sorted({order.at for order in problem.orders})
    zone = zones_of(problem, places)
    made = []
    for number in range(orders):
        at = dice.choice(places)
        made.append(replace(dice.choice(problem.orders), number=str(number), at=at, zone=zone[at]))
    people = []
    for number in range(technicians):
        home = dice.choice(places)
        people.append(replace(dice.choice(problem.technicians), number=str(number), start=home, end=home))
    return PlanningProblem(tuple(made), tuple(people), problem.matrix)


def zones_of(problem: PlanningProblem, places: list[int], zones: int = 20) -> dict[int, str]:
    """Each place with the nearest of so many centres, each centre the farthest from those before."""
    centres = [places[0]]
    while len(centres) < zones:
        centres.append(max(places, key=lambda place: min(int(problem.matrix[c, place]) for c in centres)))
    return {
        place: f"Z{min(range(zones), key=lambda n: int(problem.matrix[centres[n], place])):02}"
        for place in places
    }

"""`curbstop plan`: plan a day of field work from a file, and print who does what."""

import json
from pathlib import Path

import click

from geo.planner.day_file import read_day
from geo.planner.model import Options, PlanningProblem
from geo.planner.plan import Plan
from geo.planner.reasons import clock
from workorders.messages.words import ENGLISH, say


@click.command("plan")
@click.option(
    "--day",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="A JSON file with technicians and orders; the travel times lie beside it as .npz.",
)
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Time to use."
)
@click.option("--processes", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a list per technician of order numbers in sequence."
)
def plan_command(day: Path, seconds: float, processes: int, as_json: bool) -> None:
    """Plan the day in a file and print the routes.

    With --json: one list per technician, in the file's sequence, of order numbers (positions in the
    file's `orders`) in the sequence in which they are served.
    """
    # Imported here so that the other commands need not wait for the solver to load.
    from geo.planner.by_zone import plan_day  # noqa: PLC0415 - see above

    problem = read_day(day)
    options = Options(seconds=seconds, processes=processes)
    if as_json:
        click.echo(json.dumps(_lists(problem, plan_day(problem, options=options))))
        return
    with click.progressbar(length=100, label="Planning") as bar:
        made = plan_day(
            problem, options=options, progress=lambda share, *_: bar.update(int(100 * share) - bar.pos)
        )
        bar.update(100 - bar.pos)
    click.echo(_words(problem, made))


def _lists(problem: PlanningProblem, plan: Plan) -> list[list[int]]:
    position = {order.number: number for number, order in enumerate(problem.orders)}
    routes = {route.technician: route for route in plan.routes}
    return [
        [position[number] for number in routes[technician.number].orders]
        if technician.number in routes
        else []
        for technician in problem.technicians
    ]


def _words(problem: PlanningProblem, plan: Plan) -> str:
    lines = [
        f"{plan.served} of {len(problem.orders)} orders, {plan.priority} points, "
        f"{plan.drive_s / 3600:.1f} hours of driving"
    ]
    lines += [
        f"{route.technician:>6}  {clock(route.leave)}–{clock(route.back)}  {' '.join(route.orders)}"
        for route in plan.routes
    ]
    lines += [f"order {missing.order}: {say(missing.reason, ENGLISH)}" for missing in plan.unplaced]
    return "\n".join(lines)

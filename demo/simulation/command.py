"""`curbstop simulate`: days of field work with faults, seed by seed, and what the auditor finds."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from demo.simulation.bench import bench_for
from demo.simulation.district import made_district
from demo.simulation.faults import RATES
from demo.simulation.minimise import minimise
from demo.simulation.run import Outcome, Task, run
from demo.simulation.story import command_of, story

MOST_TABLETS = 40
PER_BENCH = 50
"""Runs on one engine: what each leaves behind in it is little, and goes with it."""


class Seeds(click.ParamType[tuple[int, int]]):
    """`A:B`: the seeds from A to B - 1; `A`: that one."""

    name = "seeds"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The pair (first, after the last)."""
        first, colon, last = str(value).partition(":")
        try:
            pair = int(first), int(last) if colon else int(first) + 1
        except ValueError:
            self.fail("write A:B, two whole numbers", param, ctx)
        if not 0 <= pair[0] < pair[1]:
            self.fail("the second number must be the greater one", param, ctx)
        return pair


class FaultNames(click.ParamType[tuple[str, ...]]):
    """Names of faults with commas between them, or `none`."""

    name = "faults"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names."""
        names = tuple(sorted(set(str(value).split(",")) - {"none", ""}))
        unknown = sorted(set(names) - RATES.keys())
        if unknown:
            self.fail(f"there is no fault {', '.join(unknown)}; known: {', '.join(RATES)}", param, ctx)
        return names


@dataclass
class Totals:
    """What all runs came to."""

    tablet_days: int = 0
    events: int = 0
    orders: int = 0
    violations: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        """Count one more run."""
        self.tablet_days += outcome.task.days * outcome.task.tablets
        self.events += outcome.events
        self.orders += outcome.orders
        self.violations += len(outcome.violations)
        self.faults.update(outcome.met)

    def figures(self, seconds: float) -> dict[str, Any]:
        """Everything as plain figures, of runs that took so long."""
        return {
            "violations": self.violations,
            "events": self.events,
            "orders": self.orders,
            "faults": dict(sorted(self.faults.items())),
            "tablet_days_per_second": round(self.tablet_days / max(seconds, 0.001), 1),
        }


@click.command("simulate")
@click.option("--seeds", type=Seeds(), default="0:20", show_default=True, help="A:B, from A to B - 1.")
@click.option("--days", type=click.IntRange(1, 60), default=3, show_default=True)
@click.option("--tablets", type=click.IntRange(1, MOST_TABLETS), default=8, show_default=True)
@click.option("--faults", type=FaultNames(), help="Only these, or none; default: those each seed draws.")
@click.option("--minimise/--as-it-is", "smaller", default=True, help="Make a failing run smaller.")
@click.option("--trace", "show_trace", is_flag=True, help="Print the whole trace of every run.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object of figures.")
def simulate_command(
    *,
    seeds: tuple[int, int],
    days: int,
    tablets: int,
    faults: tuple[str, ...] | None,
    smaller: bool,
    show_trace: bool,
    as_json: bool,
) -> None:
    """Play days of field work with every fault there is, and look for anything lost, doubled or wrong.

    A seed decides everything. One that fails prints how to play it again, its story, and a smaller run that
    fails alike; the exit status is 1 then.
    """
    tasks = [Task(seed, days, tablets, faults) for seed in range(*seeds)]
    totals, begun = Totals(), time.monotonic()
    with made_district(tablets) as district:
        for start in range(0, len(tasks), PER_BENCH):
            with bench_for(district) as bench:
                part = tasks[start : start + PER_BENCH]
                words = f"Seeds {part[0].seed} to {part[-1].seed} …"
                for task in track(part, words, console=Console(stderr=True), transient=True):
                    outcome = run(bench, task)
                    totals.add(outcome)
                    if show_trace:
                        click.echo("\n".join(outcome.trace.lines))
                    if outcome.violations:
                        _report(outcome)
                        if smaller:
                            _report(minimise(outcome, lambda smaller: run(bench, smaller)), smallest=True)
    figures = {"seeds": len(tasks), "days": days, "tablets": tablets}
    figures |= totals.figures(time.monotonic() - begun)
    click.echo(json.dumps(figures) if as_json else in_words(figures))
    if totals.violations:
        raise SystemExit(1)


def _report(outcome: Outcome, *, smallest: bool = False) -> None:
    click.echo("Made smaller, it still fails:" if smallest else "FAILED.")
    click.echo(f"Again with: {command_of(outcome.task)}")
    click.echo(story(outcome))


def in_words(figures: dict[str, Any]) -> str:
    """The figures of a whole command as a person reads them."""
    return (
        f"{figures['seeds']} seeds, {figures['tablets']} tablets for {figures['days']} days: "
        f"{figures['events']} events, {figures['orders']} orders, {sum(figures['faults'].values())} faults, "
        f"{figures['violations']} violations; {figures['tablet_days_per_second']} tablet-days a second."
    )

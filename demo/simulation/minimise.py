"""A failing run made smaller while it still fails for the same reason."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from demo.simulation.run import Outcome, Task

MOST_RUNS = 60
"""Attempts; each costs about as much as the run that failed."""


def minimise(failed: Outcome, again: Callable[[Task], Outcome], *, most: int = MOST_RUNS) -> Outcome:
    """The smallest outcome found: fewer days, fewer tablets, fewer faults, the same first check violated.

    `again` plays a task; it is asked at the `most` so often.
    """
    check = failed.violations[0].check
    best, left = failed, most
    best_task = replace(failed.task, faults=failed.faults)
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(best_task):
            if not left:
                return best
            left -= 1
            tried = again(smaller)
            if any(one.check == check for one in tried.violations):
                best, best_task, progress = tried, smaller, True
                break
    return best


def _smaller(task: Task) -> Iterator[Task]:
    """Tasks with a little less, the greatest savings first."""
    for days in (1, task.days // 2, task.days - 1):
        if 0 < days < task.days:
            yield replace(task, days=days)
    for tablets in (1, task.tablets // 2, task.tablets - 1):
        if 0 < tablets < task.tablets:
            yield replace(task, tablets=tablets)
    faults = task.faults or ()
    half = len(faults) // 2
    if half > 1:
        yield replace(task, faults=faults[:half])
        yield replace(task, faults=faults[half:])
    for place in range(len(faults)):
        yield replace(task, faults=faults[:place] + faults[place + 1 :])

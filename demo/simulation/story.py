"""A failing run told to a person: what was found, how to see it again, and what led to it."""

from demo.simulation.run import Outcome, Task

MOST_LINES = 60


def command_of(task: Task, faults: tuple[str, ...] | None = None) -> str:
    """The command that plays a run again."""
    chosen = task.faults if faults is None else faults
    words = (
        f"curbstop simulate --seeds {task.seed}:{task.seed + 1} --days {task.days} --tablets {task.tablets}"
    )
    return words if chosen is None else f"{words} --faults {','.join(chosen) or 'none'}"


def story(outcome: Outcome) -> str:
    """What was found, and the lines of the trace that speak of it."""
    task = outcome.task
    lines = [
        f"Seed {task.seed}: {task.tablets} tablets for {task.days} days; faults: {_list(outcome.faults)}.",
        "",
        "What is wrong:",
        *(f"  [{one.check}] {one.words}" for one in outcome.violations),
        "",
        "What led to it:",
    ]
    concerned = _concerned(outcome)
    return "\n".join([*lines, *(f"  {line}" for line in concerned), ""])


def _concerned(outcome: Outcome) -> list[str]:
    """Lines that name what is wrong, and all faults; the whole trace when it is short."""
    trace = outcome.trace.lines
    if len(trace) <= MOST_LINES:
        return trace
    words = " ".join(f"{one.key} {one.words}" for one in outcome.violations)
    names = {word.strip(".,;()'") for word in words.split()}
    named = {name for name in names if any(sign.isdigit() for sign in name) and len(name) > 2}
    loud = ("killed", "stopped", "backup", "image", "cloned", "replaced", "lost its", "out of use", "month")
    found = [
        line
        for line in trace
        if any(word in line for word in loud) or named & {word.strip(".,;:()") for word in line.split()}
    ]
    return found[:MOST_LINES]


def _list(faults: tuple[str, ...]) -> str:
    return ", ".join(name.replace("_", " ") for name in faults) or "none"

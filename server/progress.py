"""How long work reports its progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import TaskID

Progress = Callable[[str, int, int], None]
"""Called with the step in plain words, how much of it is done, and how much there is."""


def silent(_step: str, _done: int, _total: int) -> None:
    """A Progress that says nothing."""


@contextmanager
def progress_bars(console: Console) -> Iterator[Progress]:
    """A bar for each step that is reported, on a terminal only, gone when all is done."""
    with Bars(console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report

"""The page of the last figures, made of what the parts of the bench kept with `--keep`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.results import Figures, kept

PAGE = Path(__file__).parents[1] / "docs" / "figures.md"
HEAD = """# Figures

What `make bench` last measured, by part. `python -m bench figures` writes this page from what the parts kept
with `--keep`; do not edit it. SQLite runs as in production, PostgreSQL on the same machine without waiting
for the disk. Load is what else kept the machine busy when a part began: above the number of cores, times are
longer than they need be.
"""


def main(_arguments: list[str] | None = None) -> None:
    """Write docs/figures.md."""
    PAGE.write_text(page(kept()))
    print(f"{len(kept())} tables in docs/{PAGE.name}")


def page(found: Mapping[str, Figures]) -> str:
    """The whole page."""
    return HEAD + "".join(line for name in sorted(found) for line in _section(name, found[name]))


def _section(name: str, one: Figures) -> Iterator[str]:
    yield f"\n## {one.title}\n\n"
    part = name.partition("-")[0]
    yield f"`make bench PART={part}`, {one.day}, {one.cores} cores, load {one.load:.1f}.\n\n"
    yield _line(one.columns)
    yield _line(["---"] * len(one.columns))
    for row in one.rows:
        yield _line(row)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"

"""What the parts of the bench found: kept as small files, of which `python -m bench figures` makes a page."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figures:
    """One table of a part. `load` is how busy the machine was with other work when the part began."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    day: str
    cores: int
    load: float


def busy() -> float:
    """The machine's load over the last minute; asked before a part begins to add to it."""
    return round(os.getloadavg()[0], 1)


def keep(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], load: float) -> None:
    """Keep a table under a name, in place of the one kept before."""
    cores = len(os.sched_getaffinity(0))
    day = datetime.now(UTC).date().isoformat()
    found = Figures(title, tuple(columns), tuple(map(tuple, rows)), day, cores, load)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(asdict(found), indent=1, ensure_ascii=False) + "\n")


def kept() -> dict[str, Figures]:
    """Every kept table by its name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.json"))}


def _read(path: Path) -> Figures:
    found = json.loads(path.read_text())
    found["columns"], found["rows"] = tuple(found["columns"]), tuple(map(tuple, found["rows"]))
    return Figures(**found)

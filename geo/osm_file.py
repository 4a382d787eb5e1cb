"""Opening OpenStreetMap files: what is wrong with a bad one in plain words, and sorting an unsorted one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import osmium

from workorders.problems import Problem


@contextmanager
def osm_problems(path: Path) -> Iterator[None]:
    """Turn what libosmium says about a bad file into the Problem `street_file_unreadable`."""
    try:
        yield
    except (RuntimeError, OSError, ValueError) as error:
        raise Problem("street_file_unreadable", file=path.name, reason=str(error)) from error


@contextmanager
def sorted_file(path: Path) -> Iterator[str]:
    """The file itself when nodes come before ways before relations by id, else a sorted copy of it.

    Node places can be given to ways in one pass only over sorted data. A file that declares itself
    sorted is believed: extracts of whole states do, and looking would take a minute.
    """
    with osm_problems(path):
        if not path.is_file():
            raise OSError("there is no such file")
        in_order = _declared_sorted(path) or _is_sorted(path)
    if in_order:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="curbstop-sort-") as folder:
        copy = Path(folder) / "sorted.osm.pbf"
        with osm_problems(path):
            merger = osmium.MergeInputReader()
            merger.add_file(str(path))
            with osmium.SimpleWriter(str(copy)) as writer:
                merger.apply(writer)
        yield str(copy)


def _declared_sorted(path: Path) -> bool:
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        return bool(reader.header().get("sorting") == "Type_then_ID")


def _is_sorted(path: Path) -> bool:
    rank = {"n": 0, "w": 1, "r": 2}
    last = (0, -(2**63))
    for thing in osmium.FileProcessor(str(path)):
        here = (rank[thing.type_str()], thing.id)
        if here < last:
            return False
        last = here
    return True

"""Opening OpenStreetMap files so that whoever reads one sees the same streets: roads and map alike.

Extracts come unsorted, with things given twice, with the negative ids of editors, with places on ways
instead of nodes, and cut without whole ways. What a reader cannot rely on is put right here, once.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import osmium

from workorders.problems import Problem

_RANK = {"n": 0, "w": 1, "r": 2}
_KINDS = tuple(_RANK)

Vertex = tuple[int, int, int]
"""Node id, longitude and latitude in whole 10⁻⁷ degrees."""


@dataclass(slots=True)
class _Findings:
    """What an inspection saw: are things in order and given once, and what needs renumbering or nodes?"""

    orderly: bool = True
    negative: bool = False
    on_ways: bool = False

    @property
    def usable(self) -> bool:
        return self.orderly and not self.negative and not self.on_ways


@contextmanager
def osm_problems(path: Path) -> Iterator[None]:
    """Turn what libosmium says about a bad file into the Problem `street_file_unreadable`."""
    try:
        yield
    except (RuntimeError, OSError, ValueError) as error:
        raise Problem("street_file_unreadable", file=path.name, reason=str(error)) from error


@contextmanager
def prepared_extract(path: Path) -> Iterator[Path]:
    """The file itself where readers can rely on it, else a copy (.osm.pbf, gone afterwards) where they can.

    In either, nodes come before ways before relations in the order of their ids, each once and with a
    positive id, and the nodes of ways are there as far as the file knew their places. Raises Problem
    `street_file_unreadable`.
    """
    with osm_problems(path):
        if not path.is_file():
            raise OSError("there is no such file")
        found = _inspect(path)
    if found.usable and path.name.endswith(".pbf"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="curbstop-extract-") as folder:
        # Under the file's own name, so that refusals name what the user gave.
        copy = Path(folder) / (path.name if path.name.endswith(".pbf") else f"{path.name}.pbf")
        with osm_problems(path):
            source = path
            if found.negative or found.on_ways:
                source = Path(folder) / "renumbered.osm.pbf"
                _rewrite(path, source, found)
            merger = osmium.MergeInputReader()
            merger.add_file(str(source))
            with osmium.SimpleWriter(osmium.io.File(str(copy), "pbf"), header=_sorted_header()) as writer:
                merger.apply(writer)
        yield copy


def known_runs(way: Any) -> list[list[Vertex]]:
    """The stretches of a way whose nodes' places are known, each of two nodes or more.

    An extract's border cuts ways; nothing is drawn or driven over a node that is not there.
    """
    runs: list[list[Vertex]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append((node.ref, node.x, node.y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _sorted_header() -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", "curbstop")
    header.set("sorting", "Type_then_ID")
    return header


def _inspect(path: Path) -> _Findings:
    """A file that declares itself sorted is believed as far as its untagged nodes go: there are hundreds of
    millions of them in a state, and their order matters to nobody once they come before the ways."""
    with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
        declared = reader.header().get("sorting") == "Type_then_ID"
    found = _Findings()
    processor = osmium.FileProcessor(str(path))
    if declared:
        nodes = osmium.FileProcessor(str(path), osmium.osm.NODE)
        found.negative = next((node.id for node in nodes), 1) <= 0
        tagged = osmium.filter.EmptyTagFilter()
        tagged.enable_for(osmium.osm.NODE)
        processor = processor.with_filter(tagged)
    last = (-1, 0)
    thing: Any
    for thing in processor:
        here = (_RANK[thing.type_str()], thing.id)
        found.orderly &= here > last
        found.negative |= thing.id <= 0
        if here[0] == 1 and not found.on_ways:
            found.on_ways = any(thing.nodes[at].location.valid() for at in (0, -1) if len(thing.nodes))
        last = here
    return found


def _rewrite(path: Path, target: Path, found: _Findings) -> None:
    """The same data with positive ids, and with a node wherever only ways knew the place."""
    largest, known = _ids_in(path, keep_nodes=found.on_ways)
    placed: dict[int, tuple[int, int]] = {}

    def number(kind: str, given: int) -> int:
        return given if given > 0 else largest[kind] + 1 - given

    with osmium.SimpleWriter(osmium.io.File(str(target), "pbf"), overwrite=True) as writer:
        thing: Any
        for thing in osmium.FileProcessor(str(path)):
            if thing.deleted:
                continue
            kind = thing.type_str()
            changed: dict[str, Any] = {"id": number(kind, thing.id)}
            if kind == "w":
                changed["nodes"] = [number("n", node.ref) for node in thing.nodes]
                placed |= {
                    number("n", node.ref): (node.x, node.y) for node in thing.nodes if node.location.valid()
                }
            elif kind == "r":
                changed["members"] = [(m.type, number(m.type, m.ref), m.role) for m in thing.members]
            writer.add(thing.replace(**changed))
        for given in placed.keys() - {number("n", node) for node in known}:
            x, y = placed[given]
            writer.add_node(osmium.osm.mutable.Node(id=given, location=(x / 1e7, y / 1e7)))


def _ids_in(path: Path, *, keep_nodes: bool) -> tuple[dict[str, int], set[int]]:
    """The largest id of each kind, also of those only named; the nodes' ids, if asked."""
    largest = dict.fromkeys(_KINDS, 0)
    known: set[int] = set()
    thing: Any
    for thing in osmium.FileProcessor(str(path)):
        kind = thing.type_str()
        largest[kind] = max(largest[kind], thing.id)
        if kind == "n" and keep_nodes:
            known.add(thing.id)
        elif kind == "w":
            largest["n"] = max([largest["n"], *(node.ref for node in thing.nodes)])
        elif kind == "r":
            for member in thing.members:
                largest[member.type] = max(largest[member.type], member.ref)
    return largest, known

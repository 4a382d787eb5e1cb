"""The district's road network, opened once per version of its file and process, and its view of each day."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import shapely
from sqlalchemy.orm import Session

from geo.files import network_file
from geo.roads import RoadNetwork
from geo.schedule.closures import Closed, closed_on
from workorders.problems import Problem

VIEWS_KEPT = 8
"""Sets of closures whose weighted networks are kept: the days that somebody looks at."""


@dataclass(slots=True)
class _Opened:
    """A network file and what was derived from it."""

    network: RoadNetwork
    views: OrderedDict[tuple[bytes, ...], RoadNetwork] = field(default_factory=OrderedDict)
    lines: Mapping[str, shapely.Geometry] | None = None


_opened: dict[tuple[Path, int], _Opened] = {}


def road_network(data_dir: Path) -> RoadNetwork | None:
    """The road network in the data folder with every street open; None before streets were imported."""
    opened = _open(data_dir)
    return opened.network if opened else None


@dataclass(frozen=True, slots=True)
class DayStreets:
    """A day's road network, and the ids of the closures that it keeps clear of."""

    network: RoadNetwork
    closures: tuple[int, ...]


def streets_on(session: Session, data_dir: Path, day: date, *, now: datetime) -> DayStreets:
    """The road network with the closures of what is left of `day`.

    Weighted once for each set of closures. Raises Problem no_streets before streets were imported.
    """
    opened = _open(data_dir)
    if opened is None:
        raise Problem("no_streets")
    closed = closed_on(session, day, now=now)
    return DayStreets(_view(opened, closed), closed.ids)


def street_lines(data_dir: Path) -> Mapping[str, shapely.Geometry]:
    """The shape of each named street; empty before streets were imported."""
    opened = _open(data_dir)
    if opened is None:
        return {}
    if opened.lines is None:
        named = opened.network.street_names()
        opened.lines = {street.name: shapely.MultiLineString(street.lines) for street in named}
    return opened.lines


def _open(data_dir: Path) -> _Opened | None:
    path = network_file(data_dir)
    if not path.is_file():
        return None
    key = (path, path.stat().st_mtime_ns)
    found = _opened.get(key)
    if found is None:
        found = _Opened(RoadNetwork.open(path))
        _opened.clear()
        _opened[key] = found
    return found


def _view(opened: _Opened, closed: Closed) -> RoadNetwork:
    if not closed.ids:
        return opened.network
    # By shape, not by id: another database in the same process may number its closures alike.
    key = tuple(shapely.to_wkb(area) for area in closed.areas)
    if key not in opened.views:
        opened.views[key] = closed.view(opened.network)
        while len(opened.views) > VIEWS_KEPT:
            opened.views.popitem(last=False)
    return opened.views[key]

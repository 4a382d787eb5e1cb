"""The district's road network, opened once per version of its file and process."""

from pathlib import Path

from geo.files import network_file
from geo.network import RoadNetwork

_opened: dict[tuple[Path, int], RoadNetwork] = {}


def road_network(data_dir: Path) -> RoadNetwork | None:
    """The road network in the data folder; None before streets were imported."""
    path = network_file(data_dir)
    if not path.is_file():
        return None
    key = (path, path.stat().st_mtime_ns)
    if key not in _opened:
        _opened.clear()
        _opened[key] = RoadNetwork.open(path)
    return _opened[key]

"""The demo's town: its streets as an OpenStreetMap file, the road network and the map built from them."""

from dataclasses import dataclass
from pathlib import Path

from demo.town import Town, generate_town
from geo.files import basemap_folder, network_file, streets_file
from geo.maps import build_basemap_folder
from geo.roads import RoadNetwork, build_network
from geo.roads.streets_pbf import write_street_pbf
from server.progress import Progress


@dataclass(frozen=True, slots=True)
class DemoTown:
    """The generated town and its opened road network."""

    town: Town
    network: RoadNetwork


def build_town(data_dir: Path, accounts: int, seed: int, progress: Progress) -> DemoTown:
    """Draw the town, and make its street file, road network and map in the data folder."""
    progress("drawing the town", 0, 1)
    town = generate_town(seed, accounts)
    progress("drawing the town", 1, 1)
    data_dir.mkdir(parents=True, exist_ok=True)
    write_street_pbf(streets_file(data_dir), town.nodes, town.ways, town.relations)
    build_network(
        streets_file(data_dir),
        network_file(data_dir),
        attribution=town.attribution,
        progress=lambda share, _words: progress("road network", round(share * 100), 100),
    )
    build_basemap_folder(
        streets_file(data_dir),
        basemap_folder(data_dir),
        attribution=town.attribution,
        progress=lambda share, _words: progress("map", round(share * 100), 100),
    )
    return DemoTown(town, RoadNetwork.open(network_file(data_dir)))

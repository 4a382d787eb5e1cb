"""Paper for map data: nodes, ways and relations with ids of their own."""

from collections.abc import Iterable

from geo.roads.streets_pbf import StreetNode, StreetRelation, StreetWay

from .values import LonLat


class Sheet:
    """Collects nodes, ways and relations with ids of its own, from 1."""

    def __init__(self) -> None:
        self.nodes: list[StreetNode] = []
        self.ways: list[StreetWay] = []
        self.relations: list[StreetRelation] = []

    def node(self, place: LonLat, tags: dict[str, str]) -> int:
        """Add a node."""
        self.nodes.append(StreetNode(len(self.nodes) + 1, place[0], place[1], tags))
        return len(self.nodes)

    def way(self, nodes: Iterable[int], tags: dict[str, str]) -> int:
        """Add a way."""
        self.ways.append(StreetWay(len(self.ways) + 1, tuple(nodes), tags))
        return len(self.ways)

    def area(self, ring: list[LonLat], tags: dict[str, str]) -> int:
        """Add a closed way around an area (first point not repeated)."""
        nodes = [self.node(place, {}) for place in ring]
        return self.way([*nodes, nodes[0]], tags)

    def relation(self, members: tuple[tuple[str, int, str], ...], tags: dict[str, str]) -> None:
        """Add a relation."""
        self.relations.append(StreetRelation(len(self.relations) + 1, members, tags))

"""Plain values of a generated town."""

from dataclasses import dataclass

from geo.roads.streets_pbf import StreetNode, StreetRelation, StreetWay

LonLat = tuple[float, float]
"""Longitude and latitude in degrees (EPSG:4326)."""

ATTRIBUTION = "Demo street data, generated"
"""To be shown with the town's maps: nobody may take it for a real place."""


@dataclass(frozen=True, slots=True)
class TownAddress:
    """A house: its number and street, its place beside the street, its block face and work zone.

    `block` names one street between two corners; its houses are neighbours, as a reading route walks them.
    """

    house_number: str
    street: str
    lon: float
    lat: float
    block: str
    zone: str


@dataclass(frozen=True, slots=True)
class TownZone:
    """A work zone: code, name, and its outer ring (first point repeated at the end)."""

    code: str
    name: str
    ring: list[LonLat]


@dataclass(frozen=True, slots=True)
class Town:
    """A made-up town: OpenStreetMap-like street data, its addresses, work zones, and the district's yard.

    `relations` holds turn restrictions; areas (river, parks, houses) are closed ways. Zones partition the
    town: each address lies in the zone it names, and zones share their borders point by point.
    """

    name: str
    nodes: list[StreetNode]
    ways: list[StreetWay]
    relations: list[StreetRelation]
    addresses: list[TownAddress]
    zones: list[TownZone]
    yard: LonLat
    attribution: str = ATTRIBUTION

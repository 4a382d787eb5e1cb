"""Turn restrictions at signals, as a town's traffic office would put them up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from geo.roads.streets_pbf import StreetNode, StreetWay

from .sheet import Sheet


@dataclass(frozen=True, slots=True)
class _Arm:
    """A way that ends at a junction and its compass bearing away from it."""

    way: int
    bearing: float


def add_signs(sheet: Sheet, junctions: list[int]) -> None:
    """At each junction: no left turn from one arm; turning round forbidden from the next.

    The ways must end at the junctions; where a oneway or too few ways meet, nothing is put up.
    """
    places = {node.id: node for node in sheet.nodes}
    arms: dict[int, list[_Arm]] = {junction: [] for junction in junctions}
    for way in sheet.ways:
        for end, beside in ((way.nodes[0], way.nodes[1]), (way.nodes[-1], way.nodes[-2])):
            if end in arms:
                arms[end].append(_Arm(way.id, _bearing(places, end, beside)))
    oneway = {way.id for way in sheet.ways if _is_oneway(way)}
    for number, (junction, meeting) in enumerate(arms.items()):
        if len(meeting) < 4 or any(arm.way in oneway for arm in meeting):
            continue
        start = meeting[number % len(meeting)]
        left = min(meeting, key=lambda arm: abs(_turn(start, arm) + 90))
        if left is not start:
            _add(sheet, "no_left_turn", start, junction, left)
        around = meeting[(number + 1) % len(meeting)]
        _add(sheet, "no_u_turn", around, junction, around)


def _add(sheet: Sheet, kind: str, start: _Arm, junction: int, end: _Arm) -> None:
    members = (("w", start.way, "from"), ("n", junction, "via"), ("w", end.way, "to"))
    sheet.relation(members, {"type": "restriction", "restriction": kind})


def _bearing(places: Mapping[int, StreetNode], start: int, end: int) -> float:
    a, b = places[start], places[end]
    return math.degrees(math.atan2((b.lon - a.lon) * math.cos(math.radians(a.lat)), b.lat - a.lat))


def _turn(start: _Arm, end: _Arm) -> float:
    """Degrees of the turn from arriving by one arm to leaving by another: −90 is a left turn."""
    return (end.bearing - (start.bearing + 180) + 180) % 360 - 180


def _is_oneway(way: StreetWay) -> bool:
    return way.tags.get("oneway", "no") != "no" or "junction" in way.tags

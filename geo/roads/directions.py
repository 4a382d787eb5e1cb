"""Turn-by-turn instructions from the driven arcs: where streets change, turns are made, places reached."""

from dataclasses import dataclass
from itertools import pairwise

from workorders.messages.message import Message, typed

from .extract import ROUNDABOUT
from .network import Roads
from .paths import Drive
from .shape import end_bearing, metres_apart, side_of, start_bearing, turn_degrees
from .values import LonLat, Step

_STRAIGHT_DEGREES = 25.0
_SLIGHT_DEGREES = 50.0
_RAMP_STRAIGHT_DEGREES = 5.0
_SHARP_DEGREES = 125.0
_SIDE_METRES = 3.0
"""Nearer to the street than this, "on the left" would be a guess."""

_COMPASS = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")

_UNNAMED = {
    "service": Message("road.service"),
    "alley": Message("road.alley"),
    "driveway": Message("road.driveway"),
    "parking_aisle": Message("road.parking_lot"),
    "track": Message("road.track"),
    "ferry": Message("road.ferry"),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """Drives that one instruction covers."""

    manoeuvre: str
    drives: list[Drive]
    exit: int | None = None


def leg_steps(roads: Roads, drives: list[Drive], *, to: LonLat, first_index: int, seconds: int) -> list[Step]:
    """The instructions of one leg. `to` is where the place reached truly lies, `first_index` the leg's first
    point in the path's geometry, `seconds` its whole time."""
    groups = _groups(roads, drives)
    steps: list[Step] = []
    index, done_ms, begun = first_index, 0, 0
    total_ms = max(1, sum(drive.ms for drive in drives))
    for group in groups:
        street = roads.street(group.drives[-1].segment)
        done_ms += sum(drive.ms for drive in group.drives)
        # Rounding what is done so far, not each part, makes the steps add up to the leg.
        until = round(seconds * done_ms / total_ms)
        start = group.drives[0].line[0]
        steps.append(
            Step(
                street=street,
                metres=round(sum(drive.metres for drive in group.drives), 1),
                seconds=until - begun,
                manoeuvre=group.manoeuvre,
                message=_message(roads, group, street),
                start_index=index,
                lon=start[0],
                lat=start[1],
                exit=group.exit,
            )
        )
        begun = until
        index += sum(len(drive.line) - 1 for drive in group.drives)
    steps.append(_arrival(drives[-1].line, to, index, steps[-1].street))
    return steps


def _arrival(line: list[LonLat], to: LonLat, index: int, street: str) -> Step:
    side = side_of(line, to) if metres_apart(line[-1], to) > _SIDE_METRES else ""
    manoeuvre = f"arrive_{side}" if side else "arrive"
    lon, lat = line[-1]
    return Step(street, 0.0, 0, manoeuvre, Message(f"way.{manoeuvre}"), index, lon, lat)


def _groups(roads: Roads, drives: list[Drive]) -> list[_Group]:
    groups = [_Group("depart", [drives[0]])]
    on_roundabout = _is_roundabout(roads, drives[0])
    for before, after in pairwise(drives):
        ring = _is_roundabout(roads, after)
        if ring and not on_roundabout:
            groups.append(_Group("roundabout", [after], 0))
        elif on_roundabout and groups[-1].exit is not None:
            # The ring and the street after it are one instruction; its exits are counted on the way.
            passed = before.exits if ring else 1
            groups[-1] = _Group("roundabout", [*groups[-1].drives, after], groups[-1].exit + passed)
        elif (manoeuvre := _manoeuvre(roads, before, after)) is None:
            groups[-1].drives.append(after)
        else:
            groups.append(_Group(manoeuvre, [after]))
        on_roundabout = ring
    return groups


def _manoeuvre(roads: Roads, before: Drive, after: Drive) -> str | None:
    """What a driver does between two arcs; None when there is nothing to say."""
    if before.segment == after.segment:
        return "u_turn"
    degrees = turn_degrees(end_bearing(before.line), start_bearing(after.line))
    side, size = ("left" if degrees < 0 else "right"), abs(degrees)
    leaving, entering = _is_ramp(roads, before), _is_ramp(roads, after)
    same = roads.street(before.segment) == roads.street(after.segment)
    # A street that merely bends, with nothing to choose, is not a turn.
    bends = same and len(roads.turn_rows(before.state)) == 1
    if entering and not leaving:
        return f"ramp_{side}" if size > _RAMP_STRAIGHT_DEGREES else "ramp"
    if leaving and not entering and size <= _SLIGHT_DEGREES:
        return "merge"
    if size <= (_SLIGHT_DEGREES if same else _STRAIGHT_DEGREES) or bends:
        return None if same else "continue"
    return f"{_size_word(size)}_{side}"


def _size_word(degrees: float) -> str:
    if degrees <= _SLIGHT_DEGREES:
        return "slight"
    return "turn" if degrees <= _SHARP_DEGREES else "sharp"


def _message(roads: Roads, group: _Group, street: str) -> Message:
    onto = typed(street) if street else _unnamed(roads, group.drives[-1])
    if group.manoeuvre == "depart":
        compass = _COMPASS[round(start_bearing(group.drives[0].line) / 45) % 8]
        return Message.of("way.depart", compass=compass, onto=onto)
    if group.manoeuvre == "roundabout":
        if not _is_roundabout(roads, group.drives[-1]):
            return Message.of("way.roundabout", exit=group.exit, onto=onto)
        return Message.of("way.enter_named", onto=onto) if street else Message("way.enter")
    if group.manoeuvre.startswith("ramp"):
        return (
            Message.of(f"way.{group.manoeuvre}_to", onto=onto)
            if street
            else Message(f"way.{group.manoeuvre}")
        )
    return Message.of(f"way.{group.manoeuvre}", onto=onto)


def _unnamed(roads: Roads, drive: Drive) -> Message:
    road = roads.road_class(drive.segment)
    return Message("road.ramp") if road.endswith("_link") else _UNNAMED.get(road, Message("road.unnamed"))


def _is_ramp(roads: Roads, drive: Drive) -> bool:
    return roads.road_class(drive.segment) in ("motorway_link", "trunk_link")


def _is_roundabout(roads: Roads, drive: Drive) -> bool:
    return bool(roads.arrays["flags"][drive.segment] & ROUNDABOUT)

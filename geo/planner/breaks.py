"""Where on a route the breaks are best taken: there where they leave most time to spare."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.planner.instance import Instance, Vehicle
from geo.planner.model import Break
from geo.planner.timing import Bounds, Line, lay_out


@dataclass(frozen=True, slots=True)
class Rest:
    """A break taken before the node at `position`, at `place`."""

    rest: Break
    position: int
    place: int


def break_places(instance: Instance, number: int, route: Sequence[int], bounds: Bounds) -> list[Rest]:
    """One place for each break of vehicle `number`; fewer when the route leaves no room for all of them."""
    vehicle = instance.vehicles[number]
    if not vehicle.breaks:
        return []
    line = lay_out(instance, number, route, bounds)
    found: list[Rest] = []
    position, clock = 0, vehicle.opens
    for taken, rest in enumerate(vehicle.breaks):
        best = _best_place(vehicle, line, taken, position, clock)
        if best is None:
            return found
        _, position, there, clock = best
        found.append(Rest(rest, position, line.places[position + there]))
    return found


def _best_place(
    vehicle: Vehicle, line: Line, taken: int, first: int, clock: int
) -> tuple[int, int, bool, int] | None:
    """(time to spare, position, after the drive?, end of the break) of the roomiest place from `first` on."""
    rest, best = vehicle.breaks[taken], None
    for position in range(first, len(line.legs)):
        free = max(clock, line.ready[position][taken]) if position == first else line.ready[position][taken]
        for there in (False, True):
            leg = line.legs[position]
            start = max(free + leg * there, rest.earliest)
            end = start + rest.length_s
            spare = min(rest.latest - start, line.latest[position][taken + 1] - end - leg * (not there))
            if spare >= 0 and (best is None or spare > best[0]):
                best = (spare, position, there, end)
    return best

"""What a planner hands back: who goes where in which order and when, and what was left out and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from workorders.messages.message import Message

STOP, BREAK, RELOAD = "stop", "break", "reload"


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing a technician does: serve an order (`stop`), take a `break`, or fill the van (`reload`).

    `at`: matrix row; a break is taken where the technician is, before or after a drive. `arrive`,
    `start`, `finish`: seconds after midnight; waiting is `start - arrive`. `drive_s`: the leg driven
    just before, 0 when the technician was here already.
    """

    kind: str
    at: int
    arrive: int
    start: int
    finish: int
    drive_s: int
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One shift of one technician: `leave` the start, the visits, `back` at the end place.

    `shift`: position in the technician's shifts. `drive_s`: all legs, the last one included.
    `overtime_s`: seconds past the end of the shift.
    """

    technician: str
    shift: int
    leave: int
    back: int
    drive_s: int
    overtime_s: int
    visits: tuple[Visit, ...]

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders served, in sequence."""
        return tuple(visit.order for visit in self.visits if visit.order is not None)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An order nobody serves, and why (see `reasons`)."""

    order: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes of a day. `priority`: points served, aging included. `moved`: orders that changed technician
    (re-plans only)."""

    routes: tuple[Route, ...]
    unplaced: tuple[Unplaced, ...]
    priority: int
    moved: tuple[str, ...] = ()

    @property
    def drive_s(self) -> int:
        """Driving seconds of everybody."""
        return sum(route.drive_s for route in self.routes)

    @property
    def served(self) -> int:
        """How many orders are in a route."""
        return sum(len(route.orders) for route in self.routes)

    def stops(self) -> Iterator[tuple[Route, Visit]]:
        """Every order visit with its route."""
        for route in self.routes:
            for visit in route.visits:
                if visit.kind == STOP:
                    yield route, visit

    def technician_of(self) -> dict[str, str]:
        """Order number → number of the technician who has it."""
        return {visit.order: route.technician for route, visit in self.stops() if visit.order is not None}

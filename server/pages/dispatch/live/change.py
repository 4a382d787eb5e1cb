"""What has changed on the board between two looks at the database. Pure."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_ORDERS = 150
"""More than these changed at once: a page asks for all it shows, which is less work than naming each."""


@dataclass(frozen=True, slots=True)
class Marks:
    """A fingerprint of everything the board shows; two that are equal show the same."""

    orders: Mapping[str, tuple[int, str | None]] = field(default_factory=dict)
    """Number → version and technician, of what is open or on a route of these days."""
    days: Mapping[str, Hashable] = field(default_factory=dict)
    """Technician → name, shift, what waits in the outbox, and what was last said of the day."""
    heard: Mapping[str, Hashable] = field(default_factory=dict)
    """Technician → when a tablet was last heard, and how many reports it has not sent."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Technician → the event that told where they were."""
    office: Hashable = None
    """Messages, cases and documents that wait for somebody."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be looked at again. `everything`: too much to name, or nobody knows."""

    orders: frozenset[str] = frozenset()
    technicians: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    office: bool = False
    everything: bool = False

    def __bool__(self) -> bool:
        """False when nothing has changed."""
        return self != NOTHING

    def merged(self, later: "Change") -> "Change":
        """Both together."""
        orders = self.orders | later.orders
        if self.everything or later.everything or len(orders) > MOST_ORDERS:
            return EVERYTHING
        return Change(
            orders,
            self.technicians | later.technicians,
            self.heard | later.heard,
            self.places | later.places,
            self.office or later.office,
        )

    def as_json(self) -> dict[str, Any]:
        """As a page is told; what has not changed is left out."""
        if self.everything:
            return {"everything": True}
        named = {
            "orders": sorted(self.orders),
            "technicians": sorted(self.technicians),
            "heard": sorted(self.heard - self.technicians),
            "places": sorted(self.places),
        }
        return {name: values for name, values in named.items() if values} | (
            {"office": True} if self.office else {}
        )


NOTHING = Change()
EVERYTHING = Change(everything=True)


def difference(before: Marks, after: Marks) -> Change:
    """What has changed; an order concerns who had it and who has it."""
    orders = _differing(before.orders, after.orders)
    if len(orders) > MOST_ORDERS:
        return EVERYTHING
    had = {marks.orders[number][1] for marks in (before, after) for number in orders & marks.orders.keys()}
    return Change(
        orders=orders,
        technicians=_differing(before.days, after.days) | {one for one in had if one is not None},
        heard=_differing(before.heard, after.heard),
        places=_differing(before.places, after.places),
        office=before.office != after.office,
    )


def _differing(before: Mapping[str, Hashable], after: Mapping[str, Hashable]) -> frozenset[str]:
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))

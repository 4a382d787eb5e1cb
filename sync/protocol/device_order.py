"""The order in which a feed's changes are handled: each device's events as the device wrote them."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

EVENT = re.compile(r"event:([^:]+):(\d+)")


class Placed(Protocol):
    """A change of a feed, as much of it as its order depends on."""

    @property
    def doc_id(self) -> str:
        """Id of the document that changed."""

    @property
    def seq(self) -> str:
        """Its place in the feed."""


C = TypeVar("C", bound=Placed)


def in_device_order(rows: Sequence[C], since: str) -> Iterator[tuple[C, str]]:
    """Yield each change with the place up to which the feed is then handled completely.

    The feed of a sharded database mixes what its shards hold, so that a device's tenth event may stand before
    its ninth. A device's counters say in what order it wrote; those of two devices cannot be compared, so the
    places that a device's events take in the feed stay its own. `since` is the place before the first row.
    """
    ordered = list(rows)
    places: dict[str, list[tuple[int, int]]] = {}
    for place, row in enumerate(rows):
        found = EVENT.fullmatch(row.doc_id)
        if found is not None:
            places.setdefault(found[1], []).append((int(found[2]), place))
    for events in places.values():
        slots = sorted(place for _, place in events)
        for slot, (_, place) in zip(slots, sorted(events), strict=True):
            ordered[slot] = rows[place]
    handled: set[str] = set()
    reached = 0
    for row in ordered:
        handled.add(row.doc_id)
        while reached < len(rows) and rows[reached].doc_id in handled:
            since = rows[reached].seq
            reached += 1
        yield row, since

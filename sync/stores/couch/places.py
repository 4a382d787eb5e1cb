"""Which positions of a CouchDB's feed stand for the same place.

In a cluster a database that nobody writes has as many newest positions as it has copies, for whichever copy
answers names its own. Taken as they come, each would look like a change. A position after which nothing was
found is therefore reported as the place that was asked from.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_SECONDS, MOST_SECONDS = 2.0, 60.0
"""A copy that lags says that nothing follows when something does. So each answer is believed for a while,
twice as long every time it is the same."""


@dataclass(slots=True)
class _Quiet:
    """Nothing was found after a position: believed until then, for so many seconds at a time."""

    until: float
    seconds: float


class QuietPlaces:
    """What was found empty lately, by database. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._given: dict[str, str] = {}
        self._same: dict[str, tuple[str, dict[str, _Quiet]]] = {}

    def reported(self, database: str, position: str) -> str:
        """Return the place that CouchDB's newest `position` stands for."""
        with self._lock:
            self._given[database] = position
            place, same = self._same.get(database, ("", {}))
            quiet = same.get(position)
            return place if quiet is not None and self._clock() < quiet.until else position

    def nothing_after(self, database: str, since: str, last: str) -> str:
        """Note that a question from `since` found nothing up to `last`; return the place that is now read."""
        with self._lock:
            place, same = self._same.get(database, ("", {}))
            if place != since:
                place, same = self._same[database] = since, {}
            for position in {last, self._given.get(database, last)}:
                before = same.get(position)
                seconds = FIRST_SECONDS if before is None else min(2 * before.seconds, MOST_SECONDS)
                same[position] = _Quiet(self._clock() + seconds, seconds)
            return place

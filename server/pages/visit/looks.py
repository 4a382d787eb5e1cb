"""How often an address may look at visits, counted in this process: a stranger's look writes no row."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from workorders.problems import Problem

WINDOW = timedelta(minutes=1)
MOST_LOOKS = 40
"""A page that renews itself each minute on a few telephones behind one address stays far below."""
MOST_BAD = 10
"""Links that open nothing."""
ADDRESSES_KEPT = 10_000
"""The longest unseen are forgotten first."""


class Looks:
    """Looks of each address in the window that began with its first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], tuple[datetime, int]] = OrderedDict()

    def count(self, kind: str, address: str, most: int, *, now: datetime) -> None:
        """Count one look of a kind. Raises Problem too_many_attempts beyond `most` in the window."""
        with self._lock:
            since, looks = self._known.pop((kind, address), (now, 0))
            if not timedelta(0) <= now - since < WINDOW:
                since, looks = now, 0
            self._known[kind, address] = since, looks + 1
            while len(self._known) > ADDRESSES_KEPT:
                self._known.popitem(last=False)
        if looks >= most:
            wait = max(1, int((since + WINDOW - now).total_seconds()))
            raise Problem("too_many_attempts", seconds=wait)

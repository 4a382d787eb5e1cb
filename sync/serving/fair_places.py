"""Places for a scarce thing, dealt out so that no address can take them from all others."""

import threading
from collections import Counter


class FairPlaces:
    """A fixed number of places, of which one address may hold no more than are left over.

    So a lone client has half of them, each of many hostile addresses only a few, and an address that holds
    none gets one as long as any is free. Safe to share between threads.
    """

    def __init__(self, number: int) -> None:
        """`number` places in all; raise ValueError for less than two, of which one must stay free."""
        if number < 2:
            raise ValueError("fair places need two at least")
        self._free = number
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, address: str) -> bool:
        """Take a place for an address; False when that is not fair, and then nothing is taken."""
        with self._lock:
            if self._held[address] >= self._free:
                return False
            self._free -= 1
            self._held[address] += 1
            return True

    def give_back(self, address: str) -> None:
        """Give back a place that this address took."""
        with self._lock:
            self._free += 1
            self._held[address] -= 1
            if not self._held[address]:
                del self._held[address]

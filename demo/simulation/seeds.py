"""One seed decides everything: each actor draws from a stream of its own."""

import random


class Seeds:
    """The seeded random streams of one run. A stream that is drawn from more often disturbs no other."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, random.Random] = {}

    def of(self, name: str) -> random.Random:
        """The stream of an actor; the same name gives the same stream."""
        if name not in self._streams:
            self._streams[name] = random.Random(f"{self.seed} {name}")  # noqa: S311 - a run must repeat
        return self._streams[name]

"""The trace of a run: a line for everything that happened, the same for the same seed to the byte."""

import hashlib

from demo.simulation.clock import START, Clock


class Trace:
    """Lines `day hh:mm:ss actor words`, in UTC; nothing in them comes from outside the run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lines: list[str] = []

    def note(self, actor: str, words: str) -> None:
        """Add a line."""
        since = self._clock.now - START
        self.lines.append(f"day {since.days + 1} {self._clock.now:%H:%M:%S} {actor}: {words}")

    @property
    def digest(self) -> str:
        """SHA-256 of all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

"""Which faults a run meets, and how often. Each draws from its own stream, so that one may be left out
without changing the others."""

from collections.abc import Iterable

from demo.simulation.seeds import Seeds

RATES = {
    "request_lost": 0.06,
    "answer_lost": 0.06,
    "doubled": 0.06,
    "late": 0.05,
    "cut": 0.05,
    "portal": 0.04,
    "server_killed": 0.05,
    "locked": 0.03,
    "disk_full": 0.03,
    "feed_restarted": 0.08,
    "restored": 0.8,
    "tablet_killed": 0.08,
    "clock_off": 0.5,
    "evicted": 0.12,
    "tablet_restored": 0.12,
    "cloned": 0.2,
    "revoked": 0.2,
    "replaced": 0.15,
    "away": 0.3,
    "old_version": 0.3,
    "newer_version": 0.3,
    "foreign_receipts": 0.25,
    "double_tap": 0.2,
    "two_dispatchers": 0.5,
    "reversal": 0.5,
    "wrong_answers": 0.3,
    "late_cut": 0.25,
    "other_order": 0.35,
}
"""By fault, how likely it is each time it could happen, in a run that has it."""
SHARE = 0.45
"""How likely a run is to have a fault at all: runs with few faults show what hides behind many."""


class Faults:
    """The faults of one run."""

    def __init__(self, seeds: Seeds, chosen: Iterable[str]) -> None:
        self._seeds = seeds
        self.chosen = tuple(sorted(chosen))
        self.on = True
        self.met: dict[str, int] = {}

    @classmethod
    def drawn(cls, seeds: Seeds) -> "Faults":
        """Those that the seed has."""
        dice = seeds.of("faults")
        return cls(seeds, [name for name in RATES if dice.random() < SHARE])

    def happens(self, name: str, *, times: float = 1.0) -> bool:
        """Whether a fault happens now; `times` makes it likelier."""
        if not self.on or name not in self.chosen:
            return False
        met = self._seeds.of(f"fault {name}").random() < RATES[name] * times
        if met:
            self.met[name] = self.met.get(name, 0) + 1
        return met

    def dice(self, name: str) -> float:
        """A number from 0 to 1 for how a fault happens."""
        return self._seeds.of(f"kind of {name}").random()

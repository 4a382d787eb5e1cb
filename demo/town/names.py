"""Street names that could stand anywhere: numbers, trees, and made-up pairs of words. None is used twice."""

import random
from collections.abc import Iterator

_TREES = (
    *("Maple", "Oak", "Elm", "Cedar", "Walnut", "Birch", "Willow", "Aspen", "Linden", "Hickory", "Sycamore"),
    *("Cottonwood", "Juniper", "Locust", "Poplar", "Chestnut", "Hackberry", "Redbud", "Catalpa", "Mulberry"),
)
_FIRST = (
    *("Quiet", "Meadow", "Prairie", "Amber", "Copper", "Silver", "Windy", "Sunny", "Fox", "Quail", "Heron"),
    *("Clover", "Barley", "Rye", "Orchard", "Garden", "Stone", "Flint", "Bluff", "Cotton", "Harvest", "Lark"),
    *("Robin", "Wren", "Sparrow", "Finch", "Aster", "Sage", "Clay", "Timber", "Harbor", "Autumn", "Morning"),
)
_SECOND = (
    *("field", "brook", "ridge", "view", "wood", "dale", "gate", "crest", "run", "hollow", "bend", "creek"),
    *("land", "grove", "glen", "haven", "mill", "spring", "stead", "ford", "meade", "path"),
)
_BEFORE = (
    *("Old", "New", "Upper", "Lower", "Little", "Great", "Long", "High", "Broad", "Far", "Near", "Hidden"),
    *("Grand", "Royal", "Golden", "Crystal", "Misty", "Stony", "Rolling", "Whispering"),
)
"""What stands before a pair once a large town has used every pair: 15,000 names in all."""
_MAIN = (
    "Main Street",
    "Central Avenue",
    "Market Street",
    "Mill Road",
    "Station Road",
    "County Road",
    "Ferry Road",
)


class Names:
    """Hands out names, each once, in an order that the seed decides."""

    def __init__(self, rng: random.Random) -> None:
        pairs = [f"{first}{second}" for first in _FIRST for second in _SECOND]
        rng.shuffle(pairs)
        trees = list(_TREES)
        rng.shuffle(trees)
        self._pairs, self._trees = _longer(pairs), iter(trees)
        self._main: Iterator[str] = iter(_MAIN)
        self._number = 0

    def arterial(self) -> str:
        """A main road's name."""
        return next(self._main, "") or f"{self._pair()} Boulevard"

    def numbered(self) -> str:
        """1st Street, 2nd Street …"""
        self._number += 1
        last, teen = self._number % 10, 10 < self._number % 100 < 14
        suffix = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
        return f"{self._number}{suffix} Street"

    def avenue(self) -> str:
        """A tree's avenue while trees last."""
        tree = next(self._trees, "")
        # A pair may spell a tree, whose avenue is there already: Cotton and wood.
        return f"{tree or next(pair for pair in self._pairs if pair not in _TREES)} Avenue"

    def of_kind(self, kind: str) -> str:
        """A made-up name with the ending given: Lane, Drive, Court, Circle …"""
        return f"{self._pair()} {kind}"

    def _pair(self) -> str:
        return next(self._pairs)


def _longer(pairs: list[str]) -> Iterator[str]:
    """The pairs, then each with a word before it, so that towns of every offered size have names enough."""
    yield from pairs
    for word in _BEFORE:
        for pair in pairs:
            yield f"{word} {pair}"

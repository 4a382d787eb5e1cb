"""House numbers along a street: the nearest on either side of one that is not on record."""

import re

import shapely

Numbered = tuple[int, int]
"""A house number, and the id of its premise."""


def neighbours(number: str, known: list[tuple[str, int]]) -> tuple[Numbered, Numbered] | None:
    """The nearest lower and higher house numbers of the same side of the street, else of both."""
    wanted = leading_number(number)
    numbered = [(n, premise) for text, premise in known if (n := leading_number(text)) is not None]
    if wanted is None or len(numbered) < 2:
        return None
    same_side = [pair for pair in numbered if pair[0] % 2 == wanted % 2]
    for side in (same_side, numbered):
        lower = max((pair for pair in side if pair[0] <= wanted), key=lambda p: p[0], default=None)
        higher = min((pair for pair in side if pair[0] >= wanted), key=lambda p: p[0], default=None)
        if lower is not None and higher is not None:
            return lower, higher
    return None


def part_of_the_way(
    lower: tuple[int, shapely.Point], higher: tuple[int, shapely.Point], wanted: int
) -> shapely.Point:
    """Where a house number lies between two that are on record."""
    if lower[0] == higher[0]:
        return lower[1]
    share = (wanted - lower[0]) / (higher[0] - lower[0])
    return shapely.Point(shapely.LineString([lower[1], higher[1]]).interpolate(share, normalized=True))


def leading_number(text: str) -> int | None:
    """The number that a house number begins with; None without one."""
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else None

"""Long lists of keys asked for in several statements."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

PIECE = 500
"""Keys of one statement. SQLite takes 32,766 values and PostgreSQL 65,535; beyond some hundreds a longer list
makes a statement no cheaper, and each length is planned anew."""


def pieces(values: Sequence[T], size: int = PIECE) -> Iterator[Sequence[T]]:
    """`values` in their order, at most `size` at a time; none when there are none."""
    return (values[start : start + size] for start in range(0, len(values), size))

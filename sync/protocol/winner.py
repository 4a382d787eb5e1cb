"""Which leaf of a document is shown when nobody asks for a particular one.

Every replica must pick the same leaf without talking to another, whatever the order of arrival. CouchDB's
rule: a live leaf beats a deleted one, then the higher generation, then the higher hash compared as a
string.
"""

from collections.abc import Iterable


def generation(rev: str) -> int:
    """Return the number before the dash of a well-formed revision id."""
    return int(rev.partition("-")[0])


def rank(rev: str) -> tuple[int, str]:
    """Return what revisions are ordered by: generation, then hash as a string."""
    number, _, digest = rev.partition("-")
    return int(number), digest


def winner(leaves: Iterable[tuple[str, bool]]) -> tuple[str, bool]:
    """Return the winning (revision, deleted) of one or more such leaves."""
    return max(leaves, key=lambda leaf: (not leaf[1], *rank(leaf[0])))

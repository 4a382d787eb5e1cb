"""Misspelt words of a question: the nearest words that names and streets of the district have."""

from collections.abc import Iterator
from itertools import islice, product

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.search_words import plain_words
from workorders.tables.search_words import LONGEST, SearchWord

SHORTEST = 4
"""Letters below which every word is near to too many others."""
LONG = 8
"""Letters from which a word may have two mistakes instead of one."""
NEAREST = 3
"""Words that are tried for a misspelt one."""
TRIED = 6
"""Readings of a whole question that are asked."""


def readings(session: Session, asked: str) -> Iterator[str]:
    """The question as it may have been meant, the likeliest first; nothing where each word is known.

    A mistake is a letter too much, missing, wrong, or two exchanged; the first letter is taken to be right.
    """
    words = plain_words(asked)
    choices = [_choices(session, word) for word in words]
    if any(len(choice) != 1 or choice[0] != word for word, choice in zip(words, choices, strict=True)):
        yield from (" ".join(reading) for reading in islice(product(*choices), TRIED))


def _choices(session: Session, word: str) -> list[str]:
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or _is_known(session, word):
        return [word]
    first = word[0]
    same_start = select(SearchWord.word).where(SearchWord.word >= first, SearchWord.word < _after(first))
    most = 2 if len(word) >= LONG else 1
    near = process.extract(
        word, session.scalars(same_start).all(), scorer=OSA.distance, score_cutoff=most, limit=NEAREST
    )
    return [found for found, _distance, _place in near] or [word]


def _is_known(session: Session, word: str) -> bool:
    begins = select(SearchWord.word).where(SearchWord.word >= word, SearchWord.word < _after(word))
    return session.scalar(begins.limit(1)) is not None


def _after(start: str) -> str:
    """What sorts behind every word that begins so."""
    return start[:-1] + chr(ord(start[-1]) + 1)

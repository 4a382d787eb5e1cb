"""The vocabulary of the search box, from the names and streets there are."""

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from workorders.grammar.search_words import plain_words
from workorders.queries.pieces import pieces
from workorders.tables import Customer, Premise
from workorders.tables.search_words import LONGEST, SearchWord

SHORTEST = 4


def search_words(session: Session) -> set[str]:
    """Every word of a name or street. Reads them all: never within a transaction that writes."""
    wanted: set[str] = set()
    for texts in (select(Customer.name), select(Premise.street).distinct()):
        for text in session.scalars(texts.execution_options(yield_per=5_000)):
            wanted.update(word for word in plain_words(text) if _counts(word))
    return wanted


def keep_search_words(session: Session, wanted: set[str]) -> int:
    """Bring the table up to date with these words; returns how many came or went."""
    known = set(session.scalars(select(SearchWord.word)))
    gone, new = sorted(known - wanted), sorted(wanted - known)
    for part in pieces(gone):
        session.execute(delete(SearchWord).where(SearchWord.word.in_(part)))
    if new:
        session.execute(insert(SearchWord), [{"word": word} for word in new])
    return len(gone) + len(new)


def _counts(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()

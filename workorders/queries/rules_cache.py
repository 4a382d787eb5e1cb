"""The rule book of a transaction, read again only after something new was published."""

from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from workorders.policy.rulebook import RuleBook
from workorders.queries.rules import load_rule_book
from workorders.tables import Fee, Rule, RuleSet

_Stamp = tuple[int, int, int]
_STAMP = select(
    select(func.coalesce(func.max(RuleSet.version), 0)).scalar_subquery(),
    select(func.count(Rule.id)).scalar_subquery(),
    select(func.count(Fee.id)).scalar_subquery(),
)
_KEPT = "rule_book"
_books: WeakKeyDictionary[Engine, tuple[_Stamp, RuleBook]] = WeakKeyDictionary()
"""Published rows never change, so a book holds as long as nothing was added."""
_PUBLISHED = "rules_published"


def rule_book(session: Session) -> RuleBook:
    """Every published rule and fee. Raises Problem `bad_input` when a row is not usable.

    A transaction asks once: a page, a batch of events, a file of orders goes by one book from its first
    question to its end, whatever is published beside it.
    """
    publishes = _publishes(session)
    key = (session.get_transaction(), session.get_nested_transaction() if publishes else None)
    kept_for, kept_book = session.info.get(_KEPT, (None, None))
    if kept_book is not None and kept_for == key:
        book: RuleBook = kept_book
        return book
    # Rolled back, rows of one's own would leave a book behind that looks like the next one to be published.
    book = load_rule_book(session) if publishes else _newest(session)
    session.info[_KEPT] = ((session.get_transaction(), key[1]), book)
    return book


def note_published(session: Session) -> None:
    """The transaction of this session publishes rules: until it is committed nobody else may go by them."""
    session.info[_PUBLISHED] = session.get_transaction()
    session.info.pop(_KEPT, None)


def _publishes(session: Session) -> bool:
    publishing = session.info.get(_PUBLISHED)
    return publishing is not None and publishing is session.get_transaction()


def _newest(session: Session) -> RuleBook:
    row = session.execute(_STAMP).one()
    stamp: _Stamp = (row[0], row[1], row[2])
    engine = session.get_bind().engine
    kept = _books.get(engine)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    book = load_rule_book(session)
    _books[engine] = (stamp, book)
    return book

"""The rule book of a session, read again only after something new was published."""

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
_books: WeakKeyDictionary[Engine, tuple[_Stamp, RuleBook]] = WeakKeyDictionary()
"""Published rows never change, so a book holds as long as nothing was added."""


def rule_book(session: Session) -> RuleBook:
    """Every published rule and fee. Raises Problem `bad_input` when a row is not usable."""
    row = session.execute(_STAMP).one()
    stamp: _Stamp = (row[0], row[1], row[2])
    engine = session.get_bind().engine
    kept = _books.get(engine)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    book = load_rule_book(session)
    _books[engine] = (stamp, book)
    return book

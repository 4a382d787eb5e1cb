"""Word indexes for the search box: FTS5 tables kept by triggers on SQLite, GIN on PostgreSQL.

The words of a customer's name and of a premise's address are found by their beginnings, in any order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Integer, Select, column, func, literal_column, select, table

from workorders.grammar.search_words import Question, Spelling


@dataclass(frozen=True, slots=True)
class Words:
    """A table with an integer `id` and the text columns whose words are found."""

    table: str
    columns: tuple[str, ...]

    @property
    def document(self) -> str:
        """The PostgreSQL expression that is indexed; a query must spell it the same way to use the index."""
        joined = " || ' ' || ".join(f"{self.table}.{name}" for name in self.columns)
        return f"to_tsvector('simple', {_plain(joined)})"


def _plain(expression: str) -> str:
    """SQL that folds a text as FTS5 folds its own: no accents, and nothing but letters and figures.

    Without it PostgreSQL's parser would take 42-18 for a negative number and 1/2 for a path.
    """
    apart = f"translate({expression}, '-/.,;:#&''’_()', '             ')"
    for sign, words in (("½", "1 2"), ("¼", "1 4"), ("¾", "3 4"), ("⅓", "1 3"), ("⅔", "2 3")):
        apart = f"replace({apart}, '{sign}', ' {words} ')"
    return f"regexp_replace(normalize({apart}, NFD), '[\\u0300-\\u036F]', '', 'g')"


CUSTOMER = Words("customer", ("name",))
PREMISE = Words("premise", ("house_number", "street", "city"))
INDEXED = (CUSTOMER, PREMISE)


def create_statements(dialect: str) -> list[str]:
    """DDL that makes every word index, for `sqlite` or `postgresql`, filled from the rows there are."""
    if dialect == "postgresql":
        return [f"CREATE INDEX ix_{of.table}_fts ON {of.table} USING gin ({of.document})" for of in INDEXED]
    return [statement for of in INDEXED for statement in _sqlite(of)]


def drop_statements(dialect: str) -> list[str]:
    """DDL that takes them away again."""
    if dialect == "postgresql":
        return [f"DROP INDEX ix_{of.table}_fts" for of in INDEXED]
    acts = ("insert", "delete", "update")
    triggers = [f"DROP TRIGGER {of.table}_fts_{act}" for of in INDEXED for act in acts]
    return triggers + [f"DROP TABLE {of.table}_fts" for of in INDEXED]


def _sqlite(of: Words) -> Iterator[str]:
    fts, names = f"{of.table}_fts", ", ".join(of.columns)
    new = ", ".join(f"new.{name}" for name in of.columns)
    old = ", ".join(f"old.{name}" for name in of.columns)
    insert = f"INSERT INTO {fts}(rowid, {names}) VALUES (new.id, {new});"  # noqa: S608 - names of our own
    delete = f"INSERT INTO {fts}({fts}, rowid, {names}) VALUES ('delete', old.id, {old});"  # noqa: S608 - as above
    # `content` keeps the words once; prefixes of two to four letters are what people type first.
    yield (
        f"CREATE VIRTUAL TABLE {fts} USING fts5({names}, content='{of.table}', content_rowid='id', "
        "prefix='2 3 4', tokenize='unicode61 remove_diacritics 2', columnsize=0, detail=none)"
    )
    yield f"INSERT INTO {fts}({fts}) VALUES ('rebuild')"  # noqa: S608 - as above
    yield f"CREATE TRIGGER {fts}_insert AFTER INSERT ON {of.table} BEGIN {insert} END"
    yield f"CREATE TRIGGER {fts}_delete AFTER DELETE ON {of.table} BEGIN {delete} END"
    yield f"CREATE TRIGGER {fts}_update AFTER UPDATE OF {names} ON {of.table} BEGIN {delete} {insert} END"


def ids_with_words(of: Words, question: Question, limit: int, dialect: str) -> Select[int]:
    """The ids of at most `limit` rows that answer to every part of the question.

    Words are letters and digits; ValueError otherwise, because they become part of a query language.
    """
    terms = [term for part in question for spelling in part for term in spelling]
    if not terms or not all(part for part in question) or not all(term.word.isalnum() for term in terms):
        raise ValueError("words are letters and digits")
    if dialect == "postgresql":
        rows = table(of.table, column("id", Integer))
        # The index has no ½: PostgreSQL would drop the sign from the question and find every 123.
        spelled = tuple(tuple(one for one in part if not _has_sign(one)) for part in question)
        asked = func.to_tsquery("simple", _query(spelled, " & ", " | ", "{}", "{}:*"))
        return select(rows.c.id).where(literal_column(of.document).op("@@")(asked)).limit(limit)
    fts = table(f"{of.table}_fts", column("rowid", Integer))
    match = _query(question, " AND ", " OR ", '"{}"', '"{}"*')
    return select(fts.c.rowid).where(literal_column(f"{of.table}_fts").op("MATCH")(match)).limit(limit)


def _has_sign(spelling: Spelling) -> bool:
    return any(sign.isnumeric() and not sign.isdigit() for term in spelling for sign in term.word)


def _query(question: Question, every: str, either: str, word: str, beginning: str) -> str:
    """The question in an engine's query language."""

    def spelled(spelling: Spelling) -> str:
        terms = ((beginning if term.beginning else word).format(term.word) for term in spelling)
        return f"({every.join(terms)})"

    return every.join(f"({either.join(spelled(one) for one in part)})" for part in question)

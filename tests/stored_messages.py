"""Looks for sentences of the program in what a database keeps of facts."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from workorders.messages import sentences_en, timeline_en, words_en
from workorders.tables import (
    Assignment,
    CutAuthority,
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Order,
    OrderEvent,
    PlanRun,
    Quarantine,
    QuarantineDecision,
)
from workorders.tables.base import Base

TABLES = (
    Assignment,
    CutAuthority,
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Order,
    OrderEvent,
    PlanRun,
    Quarantine,
    QuarantineDecision,
)
PLACEHOLDER = re.compile(r"\{[^}]*\}")


def _pieces() -> set[str]:
    """Parts of the program's English texts that are long enough to be nobody else's words."""
    texts = [
        *sentences_en.SENTENCES.values(),
        *timeline_en.TIMELINE.values(),
        *words_en.ACKS.values(),
        *(part for case in words_en.CASES.values() for part in case),
    ]
    pieces = {piece.strip(" .,;:") for text in texts for piece in PLACEHOLDER.split(text)}
    return {piece for piece in pieces if len(piece.split()) >= 2}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _stored(row: Base) -> Iterator[tuple[str, Any]]:
    return ((column.key, getattr(row, column.key)) for column in inspect(row).mapper.column_attrs)


def sentences_in(session: Session) -> list[str]:
    """`table.column: text` of everything stored that reads like a sentence of the program."""
    pieces = _pieces()
    found = []
    for table in TABLES:
        for row in session.scalars(select(table)):
            for column, stored in _stored(row):
                for text in _strings(stored):
                    if any(piece in text for piece in pieces):
                        found.append(f"{table.__tablename__}.{column}: {text}")
    return found

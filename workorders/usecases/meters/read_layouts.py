"""Named mappings of the columns of read files."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from workorders.catalogue.special_read import SKIP_CODES
from workorders.metering.read_layout import Layout, checked_layout
from workorders.problems import Problem
from workorders.tables import ReadLayout


def save_layout(
    session: Session,
    *,
    name: str,
    source: str,
    columns: Mapping[str, str],
    day_form: str,
    skip_codes: Mapping[str, str],
    now: datetime,
    actor: str,
) -> ReadLayout:
    """Keep a mapping under its name; the one of that name is replaced. Raises Problem `bad_input`."""
    made = checked_layout(name, source, columns, day_form, skip_codes, known_skips=SKIP_CODES)
    row = session.get(ReadLayout, made.name)
    if row is None:
        row = ReadLayout(name=made.name)
        session.add(row)
    row.source, row.day_form = made.source, made.day_form
    row.columns, row.skip_codes = dict(made.columns), dict(made.skip_codes)
    row.updated_at, row.updated_by = now, actor[:80]
    session.flush()
    return row


def layout_named(session: Session, name: str) -> Layout:
    """The mapping of that name. Raises Problem `not_found`."""
    row = session.get(ReadLayout, name)
    if row is None:
        raise Problem("not_found", what="read layout", key=name)
    return Layout(row.name, row.source, row.columns, row.day_form, row.skip_codes)

"""A report's filters as a form needs them, and in words."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.reports.cells import Reader, code_title
from workorders.messages import formats
from workorders.queries.reports.asked import choices_of
from workorders.queries.reports.report import Filter
from workorders.queries.reports.running import Result


def filter_view(session: Session, one: Filter, result: Result, reader: Reader) -> dict[str, Any]:
    """What the form of a filter needs."""
    if one.kind == "span":
        return {"kind": "span", "from": result.asked.first, "until": result.asked.last}
    choices = []
    if one.kind in {"choice", "technician", "zone", "office", "maker"}:
        known = choices_of(session, one)
        choices = [(value, name or _title(value, one, reader)) for value, name in known.items()]
    return {
        "kind": one.kind,
        "name": one.name,
        "title": reader.said(one.title),
        "value": result.asked.get(one.name),
        "choices": sorted(choices, key=lambda choice: choice[1].casefold()),
    }


def _title(value: str, one: Filter, reader: Reader) -> str:
    return reader.name(value) if one.kind == "maker" else code_title(value, "code", one.group, reader)


def filters_in_words(session: Session, result: Result, reader: Reader) -> list[str]:
    """The filters that are set, as the head of a printed report says them."""
    said = []
    for one in (filter_view(session, some, result, reader) for some in result.report.filters):
        if one["kind"] == "span":
            first, last = (formats.day(one[key], reader.viewer) for key in ("from", "until"))
            said.append(f"{first} – {last}")
        elif one["value"] is not None:
            value = dict(one["choices"]).get(one["value"], one["value"])
            text = formats.day(value, reader.viewer) if isinstance(value, date) else str(value)
            said.append(f"{one['title']}: {text}")
    return said

"""Where a value of a report leads: to the thing it names, to the rows behind it, or to another order."""

from datetime import date, datetime
from typing import Any

from flask import url_for

from server.auth.guard import current_staff
from workorders.queries.reports import report_named
from workorders.queries.reports.report import NUMERIC, Column
from workorders.queries.reports.running import Result

LINKS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "order": ("csr.order", "number", ()),
    "account": ("csr.account", "number", ()),
    "meter": ("csr.meter", "number", ()),
    "case": ("office.case", "number", ("cashier", "supervisor")),
    "turn_in": ("office.turn_in", "turn_in_id", ("cashier", "supervisor")),
    "drawer": ("office.drawer", "drawer_id", ("cashier", "supervisor")),
    "counter_receipt": ("office.counter_receipt", "number", ("cashier", "supervisor")),
    "vault": ("office.vault", "office", ("cashier", "supervisor")),
    "petty_cash": ("office.petty_cash", "office", ("cashier", "supervisor")),
    "deposit": ("office.deposit", "deposit_id", ("cashier", "supervisor")),
}
"""What a column names: the view, its argument, and the roles that it is open to (none: everybody here)."""


def link_of(column: Column, value: Any) -> str | None:
    """The page of what the value names, where the reader may open it."""
    if column.link is None or value is None:
        return None
    view, argument, roles = LINKS[column.link]
    if roles and not current_staff().may(*roles):
        return None
    return url_for(view, **{argument: value})


def drill_of(result: Result, row: tuple[Any, ...]) -> str | None:
    """The report with the rows behind this one, its filters set by the row and by this report's own."""
    drill = result.report.drill
    if drill is None or not current_staff().may(*report_named(drill.report).roles):
        return None
    target = report_named(drill.report)
    spans = any(one.kind == "span" for one in target.filters)
    known = {one.name for one in target.filters} | ({"from", "until"} if spans else set())
    values = {key: value for key, value in result.asked.values.items() if key in known}
    values |= {name: row[result.place(key)] for name, key in drill.fills.items()}
    given: dict[str, Any] = {
        key: value.isoformat() if isinstance(value, date | datetime) else value
        for key, value in values.items()
        if value is not None
    }
    return url_for("reports.report", name=target.name, **given)


def turned(column: Column, now: str) -> str:
    """The sort that a click on the heading asks for: what is large or new first, then the other way."""
    down = column.kind in NUMERIC or column.kind in {"day", "time", "month"}
    first, second = (f"-{column.key}", column.key) if down else (column.key, f"-{column.key}")
    return second if now == first else first

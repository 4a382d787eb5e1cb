"""A report run: its rows in the order asked for, its totals, and the bars of its chart."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.reports.report import ROWS_MAX, Asked, Column, Report, Row

BARS_MAX = 12
"""Bars that are drawn; the rest is one more."""
DAYS_MAX = 62
"""Days that stand side by side; a longer span is drawn by its last ones."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a report found."""

    report: Report
    asked: Asked
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    totals: dict[str, int | float]
    """Sum by key of the columns that have one."""
    sort: str | None
    complete: bool
    """False: there are more than ROWS_MAX rows, and only those are here."""

    @property
    def hides(self) -> bool:
        """Some amount is not shown."""
        money = [place for place, one in enumerate(self.columns) if one.kind == "money" and one.total]
        return any(row[place] is None for row in self.rows for place in money)

    def place(self, key: str) -> int:
        """Where a column's values stand in a row."""
        return [one.key for one in self.columns].index(key)


def run_report(session: Session, report: Report, asked: Asked, *, sort: str | None = None) -> Result:
    """Run the report. `sort` is a column's key, with `-` before it downwards; the report's own without one.

    Raises Problem `bad_input` for a key that the report has not.
    """
    made = report.columns
    columns = made if isinstance(made, tuple) else made(session, asked)
    rows = list(islice(report.rows(session, asked), ROWS_MAX + 1))
    complete, rows = len(rows) <= ROWS_MAX, rows[:ROWS_MAX]
    chosen = sort or report.order
    if chosen is not None:
        rows = _sorted(rows, columns, chosen)
    totals = {one.key: sum(row[place] or 0 for row in rows) for place, one in enumerate(columns) if one.total}
    return Result(report, asked, columns, rows, totals, chosen, complete)


def _sorted(rows: list[Row], columns: Sequence[Column], sort: str) -> list[Row]:
    key, down = sort.removeprefix("-"), sort.startswith("-")
    known = [one.key for one in columns if one.kind != "messages"]
    if key not in known:
        raise Problem("bad_input", field="sort", reason=Reason("one of {known}", known=", ".join(known)))
    place = [one.key for one in columns].index(key)
    # What is not known stands last whichever way; equal rows keep the order of the query.
    filled = [row for row in rows if row[place] is not None]
    empty = [row for row in rows if row[place] is None]
    return sorted(filled, key=lambda row: _comparable(row[place]), reverse=down) + empty


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart's figures: a label (a value of its column; None: all the others) with one value per series."""

    label: Column
    series: tuple[Column | None, ...]
    """None: the number of rows."""
    bars: tuple[tuple[Any, tuple[float, ...]], ...]
    by_day: bool


def bars_of(result: Result, session: Session) -> Bars | None:
    """The figures of the report's chart; None without one or without a row."""
    chart = result.report.chart
    if chart is None or not result.rows:
        return None
    place = result.place(chart.label)
    label = result.columns[place]
    series = tuple(result.columns[result.place(key)] for key in chart.values) or (None,)
    places = [result.place(key) for key in chart.values]
    sums: defaultdict[Any, list[float]] = defaultdict(lambda: [0.0] * len(series))
    timezone = district_of(session)
    for row in result.rows:
        at = row[place]
        at = timezone.day_of(at) if isinstance(at, datetime) else at
        for number, value in enumerate([row[one] or 0 for one in places] if places else [1]):
            sums[at][number] += value
    if label.kind in {"day", "time"}:
        return Bars(label, series, _days(sums), True)
    if label.kind == "month":
        months = sorted((one, values) for one, values in sums.items() if one is not None)
        return Bars(label, series, tuple((at, tuple(values)) for at, values in months), True)
    ranked = sorted(sums.items(), key=lambda one: -sum(one[1]))
    shown = [(at, tuple(values)) for at, values in ranked[:BARS_MAX]]
    rest = [values for _, values in ranked[BARS_MAX:]]
    if rest:
        shown.append((None, tuple(sum(one) for one in zip(*rest, strict=True))))
    return Bars(label, series, tuple(shown), False)


def _days(sums: dict[Any, list[float]]) -> tuple[tuple[date, tuple[float, ...]], ...]:
    """Every day between the first and the last that has something, so that a gap is seen as one."""
    days = [day for day in sums if day is not None]
    if not days:
        return ()
    nothing = [0.0] * len(next(iter(sums.values())))
    until = max(days)
    first = max(min(days), until - timedelta(days=DAYS_MAX - 1))
    span = [first + timedelta(days=step) for step in range((until - first).days + 1)]
    return tuple((day, tuple(sums.get(day, nothing))) for day in span)

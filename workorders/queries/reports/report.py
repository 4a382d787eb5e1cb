"""What a report is: a name, a title, a query, columns with their kinds, filters, totals and a chart.

One definition gives the page, CSV, XLSX, PDF, JSON and the command line, so that a number cannot differ
between two of them. Rows are plain values in the order of the columns: integer cents, metres, minutes, days,
instants, codes and messages. Words and formats are made at the edge (`server.reports`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from workorders.grammar.times import start_of_day
from workorders.problems import Reason

Kind = Literal[
    "text",
    "number",
    "money",
    "percent",
    "minutes",
    "metres",
    "day",
    "month",
    "time",
    "yes_no",
    "code",
    "type",
    "state",
    "outcome",
    "case",
    "who",
    "messages",
]
"""How a value is read: `money` cents, `percent` a part of 1, `minutes` a span, `metres` a distance, `time`
an instant, `month` its first day, `code` one of a group of `titles_en`; `type`, `state`, `outcome` and `case`
are codes with titles of their own, `who` a sign-in name or technician, `messages` stored sentences."""
Row = tuple[Any, ...]
NUMERIC = frozenset({"number", "money", "percent", "minutes", "metres"})
"""Kinds that stand to the right."""
ROWS_MAX = 100_000
"""Rows of one report at most: more are for a narrower filter, not for a reader."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `title` is a marked text, or a Reason where it has details of its own."""

    key: str
    title: str
    kind: Kind = "text"
    group: str | None = None
    """Group of titles of a `code`."""
    link: str | None = None
    """What a value names: order | account | meter | turn_in | drawer | vault | petty_cash | deposit |
    counter_receipt | case."""
    total: bool = False
    """The sum of the column is shown below it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader may choose. `kind`: day | span | number | choice | technician | zone | office | maker
    (who made arrangements).

    A `span` is two days, `from` and `until`, both included; `default` counts days back from today, or is the
    value itself.
    """

    name: str
    title: str
    kind: Literal["day", "span", "number", "choice", "technician", "zone", "office", "maker"]
    default: Any = None
    choices: tuple[str, ...] = ()
    group: str | None = None
    """Group of titles of the choices; `type` for order types."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they were set, and when: everything a query may depend on."""

    now: datetime
    today: date
    timezone: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value of a filter; None where nothing was chosen."""
        return self.values.get(name)

    @property
    def first(self) -> date:
        """The first day of the span, or the day asked for."""
        day: date = self.values.get("from") or self.values.get("day") or self.today
        return day

    @property
    def last(self) -> date:
        """The last day of the span, or the day asked for."""
        day: date = self.values.get("until") or self.values.get("day") or self.today
        return day

    @property
    def since(self) -> datetime:
        """The instant at which the span begins."""
        return start_of_day(self.first, self.timezone)

    @property
    def before(self) -> datetime:
        """The instant at which the span is over."""
        return start_of_day(self.last + timedelta(days=1), self.timezone)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of `values` summed by `label`; without values the rows are counted. Days stand upright."""

    title: str
    label: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drill:
    """The report with the rows behind a row: filter name → key of the column that fills it."""

    report: str
    fills: Mapping[str, str]


Query = Callable[[Session, Asked], Iterable[Row]]
Columns = tuple[Column, ...] | Callable[[Session, Asked], tuple[Column, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `order` is the column by which it is sorted at first, `-` before it for downwards."""

    name: str
    title: str
    about: str
    """What a row is, and what is counted: one or two sentences."""
    roles: tuple[str, ...]
    columns: Columns
    rows: Query
    filters: tuple[Filter, ...] = ()
    order: str | None = None
    chart: Chart | None = None
    drill: Drill | None = None
    hidden: Reason | str | None = None
    """What is said where a value is not shown (None in a money column)."""


def span(back: int) -> Filter:
    """The filter of most reports: from `back` days ago until today."""
    return Filter("span", "", "span", default=back)

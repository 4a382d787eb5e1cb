"""A year of billing cycles as a file: the columns that `curbstop import billing-cycles` reads."""

import csv
import io
from collections.abc import Iterable

from workorders.grammar.spreadsheet_text import safe_text
from workorders.policy.billing_cycles import PeriodDays
from workorders.policy.rule_fields import CYCLE_STEPS

COLUMNS = (
    *("cycle", "year", "period", "read_on", "bill_on", "due_on"),
    *(f"{step}_on" for step in CYCLE_STEPS),
)


def cycles_csv(every: Iterable[PeriodDays]) -> str:
    """A line for each billing of a cycle; a step that is not planned is an empty cell."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in every:
        steps = [one.steps.get(step, "") for step in CYCLE_STEPS]
        days = (one.read_on, one.bill_on, one.due_on)
        writer.writerow([safe_text(one.code), one.year, one.number, *days, *steps])
    return written.getvalue()

"""The schedule of billing cycles, and the cycles that premises belong to."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from server.imports.context import ImportContext, Record, column_values, known, repeated
from server.imports.fields import EMPTY, Day, RowSchema, Whole, text
from server.imports.report import RowError
from workorders.policy.billing_cycles import PeriodDays
from workorders.policy.rule_fields import CYCLE_STEPS
from workorders.problems import Problem
from workorders.tables import BillingCycle, Premise
from workorders.usecases.collections.cycles import checked_days, put_periods, put_premises


def _day(meaning: str, *, required: bool = False) -> Day:
    return Day(required=required, metadata={"help": f"{meaning}, YYYY-MM-DD"}, error_messages=EMPTY)


class BillingCycleRow(RowSchema):
    """Columns of the billing cycles file."""

    cycle = text("code of the cycle; one that is not known begins", 40, required=True)
    year = Whole(2000, 2099, required=True, metadata={"help": "year of the schedule"})
    period = Whole(1, 53, required=True, metadata={"help": "counts a year's billings from 1"})
    read_on = _day("day on which meters are read", required=True)
    bill_on = _day("day on which it is billed", required=True)
    due_on = _day("last day to pay in time", required=True)
    past_due_on = _day("day of the first past-due notice; empty: none is planned")
    second_past_due_on = _day("day of the second past-due notice")
    late_fee_on = _day("day on which late fees are handed to billing")
    final_on = _day("day of the final notice")
    door_tag_on = _day("day on which door tags are posted")
    cut_on = _day("first day on which service is cut")


class PremiseCycleRow(RowSchema):
    """Columns of the file of premises in cycles."""

    premise = text("number of an existing premise; each once", 40, required=True)
    cycle = text("code of the cycle that it belongs to; one that is not known begins", 40, required=True)


def check(_session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Periods twice, and days that lie before what they follow."""
    first = context.memory("rows by period")
    for record in records:
        if record.faulty:
            continue
        days = _days(record)
        key = (days.code, days.year, days.number)
        if key in first:
            yield record.error("period", f"period {days.number} is in row {first[key]} already")
            continue
        first[key] = record.number
        try:
            checked_days(days)
        except Problem as problem:
            yield record.error(str(problem.details["field"]), str(problem.details["reason"]))


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Write the periods that are new or differ; steps that are done keep their day."""
    every = [_days(record) for record in records]
    written = put_periods(session, every, now=context.now, actor=context.source)
    return {"periods": written, "periods_as_they_were": len(every) - written}


def check_premises(session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """Premises twice or not known."""
    yield from repeated(records, "premise", context)
    premises = known(session, Premise.number, column_values(records, "premise"), Premise.id)
    for record in records:
        number = record.get("premise")
        if number is not None and number not in premises:
            yield record.error("premise", f"there is no premise {number}", "not_found")


def write_premises(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Let each premise belong to its cycle."""
    premises = known(session, Premise.number, column_values(records, "premise"), Premise.id)
    cycles = dict.fromkeys(column_values(records, "cycle"))
    before = known(session, BillingCycle.code, cycles, BillingCycle.id)
    moved = 0
    for code in cycles:
        some = [premises[one.values["premise"]] for one in records if one.values["cycle"] == code]
        moved += put_premises(session, code, some, now=context.now, actor=context.source)
    return {"premises_moved": moved, "cycles": len(cycles) - len(before)}


def _days(record: Record) -> PeriodDays:
    steps = {step: day for step in CYCLE_STEPS if (day := record.get(f"{step}_on")) is not None}
    return PeriodDays(
        record.values["cycle"],
        record.values["year"],
        record.values["period"],
        record.values["read_on"],
        record.values["bill_on"],
        record.values["due_on"],
        steps,
    )

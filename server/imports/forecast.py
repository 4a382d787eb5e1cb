"""Weather forecasts: the lowest temperature of each day, for cut rules that have a limit."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from server.imports.context import ImportContext, Record, repeated
from server.imports.fields import EMPTY, Day, Decimal, RowSchema, YesNo
from server.imports.report import RowError
from workorders.usecases.district.forecasts import record_forecasts

COLDEST_C, WARMEST_C = -60.0, 60.0
AHEAD = timedelta(days=16)
"""No weather service forecasts further; a day beyond is a slipped month or year."""


class ForecastRow(RowSchema):
    """Columns of the forecast file."""

    day = Day(required=True, metadata={"help": "the day, YYYY-MM-DD; each once"}, error_messages=EMPTY)
    low_c = Decimal(metadata={"help": "its forecast low in °C; give this or `low_f`"})
    low_f = Decimal(metadata={"help": "its forecast low in °F"})
    heat_alert = YesNo(
        load_default=False,
        metadata={
            "help": "a heat-related alert is issued or announced for the day (yes or no; otherwise no)"
        },
    )


def check(_session: Session, records: Sequence[Record], context: ImportContext) -> Iterator[RowError]:
    """What no single cell can show: days twice or out of reach, both scales or none, no weather on earth."""
    yield from repeated(records, "day", context)
    today = context.now.astimezone(context.zone).date()
    for record in records:
        day = record.get("day")
        if day is not None and not today <= day <= today + AHEAD:
            words = f"is no day from today, {today}, to {AHEAD.days} days ahead"
            yield record.error("day", words)
        if record.faulty & {"low_c", "low_f"}:
            continue
        given = [column for column in ("low_c", "low_f") if record.get(column) is not None]
        if len(given) != 1:
            yield record.error("low_c", "give the low in °C or in °F, one of both")
        elif not COLDEST_C <= _celsius(record) <= WARMEST_C:
            yield record.error(given[0], f"is outside {COLDEST_C:g} to {WARMEST_C:g} °C")


def write(session: Session, records: Sequence[Record], context: ImportContext) -> dict[str, int]:
    """Keep the forecasts as known from now on."""
    lows = {record.values["day"]: _celsius(record) for record in records}
    alerts = {record.values["day"] for record in records if record.get("heat_alert")}
    return {"forecasts": record_forecasts(session, lows, alerts=alerts, now=context.now)}


def _celsius(record: Record) -> float:
    fahrenheit = record.get("low_f")
    return round((fahrenheit - 32) / 1.8, 2) if fahrenheit is not None else float(record.values["low_c"])

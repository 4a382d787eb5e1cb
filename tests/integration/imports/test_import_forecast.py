"""Forecasts from files, in either scale, held against the calendar and the earth."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.conftest import NOW
from tests.integration.imports.conftest import CHICAGO, Load
from workorders.queries.forecasts import forecasts_from

TODAY = NOW.astimezone(CHICAGO).date()


def lows(session: Session) -> dict[date, float]:
    return {day: one.low_c for day, one in forecasts_from(session, TODAY, now=NOW).items()}


def test_a_heat_alert_comes_with_the_forecast(load: Load, sessions: sessionmaker[Session]) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert load("forecast", f"day,low_c,heat_alert\n{TODAY},25,yes\n{tomorrow},24,\n").written
    with sessions() as session:
        known = forecasts_from(session, TODAY, now=NOW)
        assert [known[day].heat_alert for day in (TODAY, tomorrow)] == [True, False]


def test_lows_in_either_scale_are_known_from_the_import_on(
    load: Load, sessions: sessionmaker[Session]
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert load("forecast", f"day,low_c,low_f\n{TODAY},-2.5,\n{tomorrow},,50\n").counts == {"forecasts": 2}
    with sessions() as session:
        assert lows(session) == {TODAY: -2.5, tomorrow: 10.0}
        assert forecasts_from(session, TODAY, now=NOW - timedelta(seconds=1)) == {}, "nobody knew it before"
    assert load("forecast", f"day,low_c\n{TODAY},3\n").written, "a newer forecast may come at any time"
    with sessions() as session:
        assert lows(session)[TODAY] == 3.0


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{TODAY},,", "low_c"),
        (f"{TODAY},1,34", "low_c"),
        (f"{TODAY},,200", "low_f"),
        (f"{TODAY},4;5,", "low_c"),
        (f"{TODAY - timedelta(days=1)},4,", "day"),
        (f"{TODAY + timedelta(days=17)},4,", "day"),
        ("3/4/2026,4,", "day"),
    ],
)
def test_a_bad_row_is_named_by_column_and_nothing_is_kept(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    good = f"{TODAY + timedelta(days=2)},5,"
    report = load("forecast", f"day,low_c,low_f\n{good}\n{row}\n")
    assert {(error.row, error.column) for error in report.errors} == {(3, column)}
    with sessions() as session:
        assert forecasts_from(session, TODAY, now=NOW) == {}

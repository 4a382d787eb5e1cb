"""Counts, days, instants and texts: what every door reads, and what none does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workorders.grammar.numbers import count_from_text, decimal_from_text
from workorders.grammar.texts import checked_line, checked_text
from workorders.grammar.times import (
    checked_fact_time,
    checked_planned_time,
    day_from_text,
    instant_from_text,
    wall_time_from_text,
)
from workorders.problems import Problem

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")


def refused(read: Callable[..., Any], *given: Any, **options: Any) -> None:
    with pytest.raises(Problem) as refusal:
        read(*given, field="here", **options)
    assert (refusal.value.code, refusal.value.details["field"]) == ("bad_input", "here")


@pytest.mark.parametrize(
    "text",
    ["", "1_234", "١٢٣", "４５", "²", "1,234", "1234.0", "+12", "1e3", "0x1", "1 2", "9" * 19, "-1", "101"],
)
def test_a_count_is_digits_within_its_limits(text: str) -> None:
    refused(count_from_text, text, high=100)
    assert count_from_text(" 007 ", field="here") == 7


@pytest.mark.parametrize("text", ["", "1_0.5", "1e3", "nan", "inf", "-inf", "1,5", "٣.٥", ".5", "5."])
def test_a_decimal_has_a_point_and_digits(text: str) -> None:
    refused(decimal_from_text, text)
    assert decimal_from_text("-98.6012", field="here") == -98.6012


@given(st.floats(-180, 180))
@example(-98.59899999999999)
def test_every_digit_that_a_program_writes_is_read(number: float) -> None:
    for text in (f"{number:.17f}", f"{number:.40f}", *([repr(number)] if "e" not in repr(number) else [])):
        assert decimal_from_text(text, field="here") == float(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20210228",
        "2021-02-29",
        "02/28/2021",
        "2021-02-28 00:00:00",
        "2021-W08-7",
        "٢٠٢١-٠٢-٢٨",
        "0001-01-01",
        "1899-12-31",
        "2101-01-01",
        "9999-12-31",
    ],
)
def test_a_day_is_year_month_day_within_the_years_of_a_district(text: str) -> None:
    refused(day_from_text, text)
    refused(wall_time_from_text, f"{text}T10:00", CHICAGO)
    refused(instant_from_text, f"{text}T10:00:00Z")


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-03-02T10:00", "2026-03-02T23:59:60Z", "2026-03-02", "2026-03-02T10Z", "10:00Z"]
)
def test_an_instant_says_its_offset(text: str) -> None:
    refused(instant_from_text, text)
    assert instant_from_text("2026-03-02T08:00:00.123-06:00", field="here") == NOW.replace(
        microsecond=123_000
    )
    assert wall_time_from_text("2026-03-02T08:00", CHICAGO, field="here") == NOW


def test_facts_and_plans_are_held_against_the_clock() -> None:
    for at in (NOW + timedelta(minutes=6), NOW - timedelta(days=367), datetime(1, 1, 1, tzinfo=UTC)):
        refused(checked_fact_time, at, now=NOW)
    for at in (NOW - timedelta(days=367), NOW + timedelta(days=1_100), datetime(9999, 12, 31, tzinfo=UTC)):
        refused(checked_planned_time, at, now=NOW)
    assert checked_fact_time(NOW + timedelta(minutes=4), now=NOW, field="here")


BROKEN = ["a\0b", "half \ud83d an emoji", "bell \x07", "delete \x7f", "escape \x1b[2J"]


@pytest.mark.parametrize("text", [*BROKEN, "x" * 201])
def test_no_text_holds_what_no_database_stores(text: str) -> None:
    refused(checked_text, text, longest=200)
    refused(checked_line, text, longest=200)


@pytest.mark.parametrize(
    "text", ["two\nlines", "two\r\nlines", "lone\rreturn", "a\u2028b", "tab\tbed", "next\x85line"]
)
def test_a_line_is_one_line(text: str) -> None:
    refused(checked_line, text)


def test_line_ends_become_line_feeds() -> None:
    assert checked_text(" one\r\ntwo\rthree\n", field="here") == "one\ntwo\nthree"

"""Reads held against history, estimates, layouts of read files, and when letters are due."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.facts import MeterFacts, ReadFacts
from workorders.metering.estimates import estimate_read
from workorders.metering.read_layout import FileRead, Layout, RowFault, checked_layout, day_as, row_from
from workorders.metering.validation import Limits, ReadInQuestion, validate
from workorders.policy.rulebook import HighLow
from workorders.policy.service_letters import letters_owed
from workorders.problems import Problem

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
DAY = timedelta(days=1)
METER = MeterFacts("CB1", "water", "5/8", 6)
METERS = {"CB1": METER}
FACTORS = HighLow(0.3, 2.5, 3_000, 3)
CHICAGO = ZoneInfo("America/Chicago")


def monthly(usage: int = 4_000, months: int = 12, *, start: int = 100_000) -> list[ReadFacts]:
    return [
        ReadFacts("CB1", NOW - 30 * DAY * (months - n), start + usage * n, "actual", f"s{n}")
        for n in range(months)
    ]


def kinds(value: int, reads: list[ReadFacts], **given_: object) -> list[str]:
    asked = ReadInQuestion(
        value=value,
        meter=METER,
        at=NOW,
        reads=reads,
        meters=METERS,
        factors=FACTORS,
        limits=Limits(),
        **given_,  # type: ignore[arg-type]
    )
    return [one.kind for one in validate(asked)[0]]


LAST = monthly()[-1].value


@pytest.mark.parametrize(
    ("used", "found"),
    [(4_000, []), (11_000, ["high"]), (1_000, ["low"]), (0, ["zero"]), (-500, ["reversed"])],
)
def test_a_monthly_read_is_judged_by_the_usage_of_a_year(used: int, found: list[str]) -> None:
    assert kinds(LAST + used, monthly()) == found


def test_dials_that_stand_still_for_two_months_have_stopped() -> None:
    still = [*monthly(), ReadFacts("CB1", NOW - DAY * 1, LAST, "actual", "a")]
    still[-1] = ReadFacts("CB1", NOW - 29 * DAY, LAST, "actual", "a")
    older = [ReadFacts(one.serial, one.at - 30 * DAY, one.value, one.kind, one.source) for one in monthly()]
    assert kinds(LAST, [*older, ReadFacts("CB1", NOW - 30 * DAY, LAST, "actual", "a")]) == ["stopped"]


def test_a_meter_that_never_moved_is_neither_zero_nor_stopped() -> None:
    assert kinds(100_000, monthly(0)) == []


def test_daily_reads_are_low_over_weeks_and_not_over_a_day() -> None:
    daily = [ReadFacts("CB1", NOW - n * DAY, 100_000 - 150 * n, "actual", f"d{n}") for n in range(60, 0, -1)]
    assert kinds(daily[-1].value, daily) == []


def test_usage_while_service_is_off_is_found_from_the_off_read_on() -> None:
    off = NOW - 10 * DAY
    reads = [*monthly(), ReadFacts("CB1", off, LAST + 1_000, "special", "cut")]
    state = {"state": "off_np", "state_since": off}
    assert kinds(LAST + 1_005, reads, **state) == []
    assert kinds(LAST + 1_400, reads, **state) == ["use_while_off"]
    assert kinds(LAST + 1_400, monthly(), state="off", state_since=off) == []


def test_the_flags_of_a_read_below_the_one_before_keep_it_from_the_bill() -> None:
    asked = ReadInQuestion(
        value=LAST - 500,
        meter=METER,
        at=NOW,
        reads=monthly(),
        meters=METERS,
        factors=FACTORS,
        limits=Limits(),
    )
    assert "not_billable" in validate(asked)[1]


@given(st.integers(0, 999_999))
def test_validation_answers_for_any_read_with_at_most_one_finding(value: int) -> None:
    assert len(kinds(value, monthly())) <= 1


def test_an_estimate_follows_the_season_and_says_so() -> None:
    summer = [ReadFacts("CB1", NOW - DAY * n, 200_000 - 100 * n, "actual", f"r{n}") for n in (400, 365, 330)]
    recent = [ReadFacts("CB1", NOW - DAY * n, 300_000 - 10 * n, "actual", f"q{n}") for n in (90, 60, 30)]
    made = estimate_read([*summer, *recent], METERS, METER, NOW)
    assert made is not None
    assert (made.method, made.flag, made.units) == ("season", "estimated_by_season", 3_000)


def test_without_last_years_season_an_estimate_is_the_average_and_without_history_none() -> None:
    made = estimate_read(monthly(months=4), METERS, METER, NOW)
    assert made is not None
    assert (made.method, made.units, made.value) == ("average", 4_000, 116_000)
    assert estimate_read(monthly(months=1), METERS, METER, NOW) is None


@given(st.integers(0, 999_999), st.integers(0, 9_000))
def test_an_estimate_fits_on_the_dials(start: int, rate: int) -> None:
    reads = [
        ReadFacts("CB1", NOW - 30 * DAY * (4 - n), (start + rate * n) % 10**6, "actual", f"{n}")
        for n in range(4)
    ]
    made = estimate_read(reads, METERS, METER, NOW)
    assert made is not None
    assert 0 <= made.value < 10**6
    assert made.units == rate


LAYOUT = Layout(
    "north",
    "handheld",
    {"serial": "Meter No", "read_on": "Date", "value": "Reading", "skip": "Skip", "route": "Route"},
    "mdy",
    {"ng": "no_access"},
)


def row(**cells: str) -> FileRead | RowFault:
    given_ = {"meter no": "cb1", "date": "3/2/2026", "reading": "104233", "skip": "", "route": "7"} | {
        name.replace("_", " "): value for name, value in cells.items()
    }
    return row_from(2, given_, LAYOUT, CHICAGO)


def test_a_row_is_read_by_its_layout() -> None:
    found = row()
    assert isinstance(found, FileRead)
    assert (found.serial, found.day, found.value, found.route) == ("CB1", date(2026, 3, 2), 104_233, "7")
    skipped = row(reading="", skip="NG")
    assert isinstance(skipped, FileRead)
    assert (skipped.value, skipped.skip) == (None, "no_access")


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"meter_no": ""}, "Meter No", "readfile.no_meter"),
        ({"date": "31/12/2026"}, "Date", "readfile.no_day"),
        ({"reading": "12x"}, "Reading", "readfile.bad_value"),
        ({"reading": "-5"}, "Reading", "readfile.bad_value"),
        ({"reading": "NaN"}, "Reading", "readfile.bad_value"),
        ({"reading": "1234,5"}, "Reading", "readfile.bad_value"),
        ({"reading": "12,34"}, "Reading", "readfile.bad_value"),
        ({"reading": ""}, "Reading", "readfile.no_value"),
        ({"reading": "", "skip": "ZZ"}, "Skip", "readfile.unknown_skip"),
    ],
)
def test_a_fault_names_the_files_own_column(cells: dict[str, str], column: str, code: str) -> None:
    found = row(**cells)
    assert isinstance(found, RowFault)
    assert (found.row, found.column, found.message.code) == (2, column, code)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_any_cells_give_a_read_or_a_fault(day: str, value: str, skip: str) -> None:
    assert isinstance(row(date=day, reading=value, skip=skip), FileRead | RowFault)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_days_are_read_in_each_form(day: date) -> None:
    assert day_as(day.strftime("%m/%d/%Y"), "mdy") == day
    assert day_as(day.strftime("%d.%m.%Y"), "dmy") == day
    assert day_as(day.strftime("%Y%m%d"), "ymd") == day


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"read_on": "D", "value": "V"}, "serial"),
        ({"serial": "S", "value": "V"}, "read_on"),
        ({"serial": "S", "read_on": "D"}, "value"),
        ({"serial": "S", "read_on": "D", "value": "s"}, "columns"),
    ],
)
def test_a_layout_that_cannot_work_is_refused(columns: dict[str, str], field: str) -> None:
    with pytest.raises(Problem) as found:
        checked_layout("x", "ami", columns, "ymd", {}, known_skips={})
    assert found.value.details["field"] == field


def test_every_third_skip_in_a_row_asks_for_one_more_letter() -> None:
    owed = [letters_owed(skips, letters, 3) for skips, letters in ((2, 0), (3, 0), (3, 1), (5, 1), (6, 1))]
    assert owed == [False, True, False, False, True]

"""The usage chart: bars that stand for what was used, whatever the reads."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from server.pages.csr.chart import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, nice_top, usage_chart
from workorders.facts import ReadFacts

AT = datetime(2025, 1, 1, tzinfo=UTC)


def reads(*values: int, serial: str = "M1", kind: str = "actual") -> list[ReadFacts]:
    """Monthly reads of one meter."""
    return [
        ReadFacts(serial, AT + timedelta(days=30 * month), value, kind, f"s{month}")
        for month, value in enumerate(values)
    ]


def test_a_bar_per_interval_in_units_of_the_bill() -> None:
    chart = usage_chart(reads(100, 150, 150), {"M1": (6, 10)})
    assert chart is not None
    assert [bar.units for bar in chart.bars] == [500, 0]
    assert [round(bar.per_day, 1) for bar in chart.bars] == [16.7, 0]
    assert [units for _, units in chart.grid] == [0, 10, 20]


def test_a_register_that_went_round_is_no_fall() -> None:
    chart = usage_chart(reads(999_950, 50), {"M1": (6, 1)})
    assert chart is not None
    assert chart.bars[0].units == 100


def test_an_exchange_leaves_a_gap_and_no_invented_usage() -> None:
    old, new = reads(100, 200), reads(0, 40, serial="M2")
    chart = usage_chart([*old, *new], {"M1": (6, 1), "M2": (6, 1)})
    assert chart is not None
    assert [bar.units for bar in chart.bars] == [100, 40]


def test_a_long_interval_does_not_dwarf_the_months() -> None:
    first = ReadFacts("M1", AT - timedelta(days=3000), 0, "start", "s")
    chart = usage_chart([first, *reads(300_000, 303_000)], {"M1": (6, 1)})
    assert chart is not None
    assert chart.bars[0].height == chart.bars[1].height


def test_two_reads_of_one_instant_have_no_rate() -> None:
    assert usage_chart([reads(100)[0], reads(150)[0]], {"M1": (6, 1)}) is None


def test_estimates_are_marked() -> None:
    chart = usage_chart([*reads(100), *reads(100, 200, kind="estimated")[1:]], {"M1": (6, 1)})
    assert chart is not None
    assert chart.bars[0].estimated


def test_nothing_to_draw_is_no_chart() -> None:
    assert usage_chart([], {}) is None
    assert usage_chart(reads(5), {"M1": (6, 1)}) is None
    assert usage_chart(reads(5, 6), {}) is None


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=30))
def test_every_bar_stays_inside_the_drawing(values: list[int]) -> None:
    chart = usage_chart(reads(*values), {"M1": (6, 1)})
    if chart is None:
        assert not any(a < 10**6 and b < 10**6 for a, b in pairwise(values))
        return
    for bar in chart.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH
        assert TOP - 0.1 <= bar.y <= HEIGHT - BOTTOM
        assert abs(bar.y + bar.height - (HEIGHT - BOTTOM)) < 0.11
    assert chart.bars[-1].label


@given(st.floats(0, 1e12))
def test_the_scale_is_round_and_not_wasteful(most: float) -> None:
    top = nice_top(most)
    assert top >= most
    assert str(int(top)).rstrip("0") in {"1", "2", "5"}
    assert top == 1 or top <= most * 2.5

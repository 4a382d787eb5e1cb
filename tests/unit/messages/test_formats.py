"""Money, times and distances as each locale writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from workorders.messages import formats
from workorders.messages.viewer import Viewer

AT = datetime(2026, 3, 2, 20, 42, tzinfo=UTC)
"""Monday afternoon in Chicago."""
US = Viewer()
SPANISH = Viewer("es", locale="es_US")
METRIC = Viewer("en", zone="Europe/London", locale="en_GB", units="metric")


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_money_and_numbers() -> None:
    assert formats.money(123_456, US) == "$1,234.56"
    assert formats.money(-500, US) == "-$5.00"
    assert formats.number(1_234_567, US) == "1,234,567"
    assert formats.number(12.5, US, digits=1) == "12.5"
    assert formats.number(12.0, US, digits=1) == "12"
    assert formats.fixed(1.0, US) == "1.0"


def test_the_clock_has_twelve_hours_where_the_locale_has() -> None:
    assert spaced(formats.local_time(AT, US)) == "2:42 PM"
    assert spaced(formats.local_time(AT, SPANISH)) == "2:42 p.m."
    assert spaced(formats.local_time(AT, METRIC)) == "20:42"


def test_an_instant_says_as_much_as_is_needed() -> None:
    assert spaced(formats.clock(AT, AT, US)) == "2:42 PM"
    assert spaced(formats.clock(AT, AT + timedelta(days=2), US)) == "Mon, Mar 2, 2:42 PM"
    assert spaced(formats.clock(AT, AT + timedelta(days=400), US)) == "Mon, Mar 2, 2026, 2:42 PM"
    assert spaced(formats.instant(AT, SPANISH)) == "lun, 2 de mar de 2026, 2:42 p.m."
    assert spaced(formats.weekday_time(AT, SPANISH)) == "Lunes 2:42 p.m."
    assert formats.clock(None, AT, US) == formats.instant(None, US) == formats.NONE


def test_days() -> None:
    assert formats.day(date(2026, 3, 2), US) == "Mar 2, 2026"
    assert formats.day(date(2026, 3, 2), SPANISH) == "2 mar 2026"
    assert formats.day_of(datetime(2026, 3, 3, 3, tzinfo=UTC), US) == "Mar 2, 2026"
    assert formats.short_day(AT, AT, US) == "Mar 2"
    assert formats.short_day(AT, AT + timedelta(days=400), US) == "Mar 2, 2026"


@pytest.mark.parametrize(
    ("past", "english", "spanish"),
    [
        (timedelta(seconds=20), "just now", "ahora mismo"),
        (timedelta(minutes=12), "12 min. ago", "hace 12 min"),
        (timedelta(hours=30), "30 hr. ago", "hace 30 h"),
        (timedelta(days=5), "5 days ago", "hace 5 días"),
    ],
)
def test_how_long_ago(past: timedelta, english: str, spanish: str) -> None:
    assert spaced(formats.ago(AT, AT + past, US)) == english
    assert spaced(formats.ago(AT, AT + past, SPANISH)) == spanish
    assert formats.ago(None, AT, SPANISH) == "nunca"


def test_lengths_and_temperatures_in_the_viewers_units() -> None:
    assert spaced(formats.length(60, US)) == "197 ft"
    assert spaced(formats.length(3000, US)) == "1.9 mi"
    assert spaced(formats.length(60, METRIC)) == "60 m"
    assert spaced(formats.length(3000, METRIC)) == "3 km"
    assert spaced(formats.temperature(-5, US)) == "23°F"
    assert spaced(formats.temperature(-5, METRIC)) == "-5°C"


def test_durations_are_rounded_up_to_minutes() -> None:
    assert spaced(formats.duration(61, US)) == "2 min"
    assert spaced(formats.duration(7200, US)) == "2 hr"
    assert spaced(formats.duration(7260, SPANISH)) == "2 h 1 min"
    assert spaced(formats.hours(12_000, US)) == "3.3 hr"


def test_a_language_takes_the_districts_territory() -> None:
    assert formats.locale_of("es", "en_US") == "es_US"
    assert formats.locale_of("en", "es_PR") == "en_PR"
    assert formats.locale_of("es", "en") == "es"
    assert [formats.units_of(locale) for locale in ("en_US", "es_PR", "en_CA", "es")] == [
        "us",
        "us",
        "metric",
        "metric",
    ]

"""Money, numbers, dates, times and distances as a viewer's locale writes them. Pure; Babel does the work."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_day_names
from babel.numbers import format_currency, format_decimal, get_territory_currencies
from babel.units import format_unit

from workorders.messages.texts import N_, translate
from workorders.messages.viewer import Units, Viewer

NONE = "–"
"""What is shown where nothing is known."""
USUAL_CURRENCY = "USD"
"""Of a locale without a territory."""
METRES_PER_FOOT = 0.3048
METRES_PER_MILE = 1609.344
US_TERRITORIES = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "LR", "MM"})
"""Where CLDR's measurement system is that of feet and miles."""

NEVER, JUST_NOW = N_("never"), N_("just now")


def locale_of(language: str, district: str) -> str:
    """The locale of a reader's language in the district's territory: `es` in `en_US` is `es_US`."""
    territory = Locale.parse(district).territory
    if territory is None:
        return language
    try:
        return str(Locale(language, territory))
    except UnknownLocaleError:
        return language


def units_of(locale: str) -> Units:
    """`us` where a territory measures in feet and miles, else `metric`."""
    return "us" if Locale.parse(locale).territory in US_TERRITORIES else "metric"


@cache
def currency_of(locale: str) -> str:
    """The currency of a locale's territory, ISO 4217."""
    territory = Locale.parse(locale).territory
    used = get_territory_currencies(territory) if territory else []
    return used[-1] if used else USUAL_CURRENCY


@cache
def hour12_of(locale: str) -> bool:
    """Whether its clock has twelve hours."""
    return "a" in str(Locale.parse(locale).time_formats["short"].pattern)


def money(cents: int, viewer: Viewer) -> str:
    """1234 as “$12.34”, in the currency of the viewer's territory."""
    amount = format_currency(Decimal(cents) / 100, currency_of(viewer.locale), locale=viewer.locale)
    return _plain_spaces(amount)


def number(value: float, viewer: Viewer, *, digits: int = 0) -> str:
    """A number with its groups, rounded to at most `digits` places after the point."""
    return _plain_spaces(format_decimal(round(value, digits), locale=viewer.locale))


def fixed(value: float, viewer: Viewer, *, digits: int = 1) -> str:
    """A number with exactly `digits` places after the point, for columns."""
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return _plain_spaces(format_decimal(value, format=pattern, locale=viewer.locale))


def time_of_day(of: time, viewer: Viewer) -> str:
    """“2:42 PM” or “14:42” for a reading of a clock."""
    return _plain_spaces(format_time(of, "short", locale=viewer.locale))


def local_time(at: datetime, viewer: Viewer) -> str:
    """The time of day of an instant on the viewer's clock."""
    return time_of_day(_local(at, viewer).time(), viewer)


def clock(at: datetime | None, now: datetime, viewer: Viewer) -> str:
    """The time of day for an instant of today; with weekday and date otherwise, and the year if another."""
    if at is None:
        return NONE
    then, today = _local(at, viewer), _local(now, viewer)
    if then.date() == today.date():
        return local_time(at, viewer)
    return _dated("MMMEd" if then.year == today.year else "yMMMEd", at, viewer)


def instant(at: datetime | None, viewer: Viewer) -> str:
    """“Mon, Mar 2, 2026, 2:42 PM”."""
    return NONE if at is None else _dated("yMMMEd", at, viewer)


def weekday_time(at: datetime, viewer: Viewer) -> str:
    """“Monday 2:42 PM”, for the days right ahead."""
    name = format_date(_local(at, viewer), "EEEE", locale=viewer.locale)
    return f"{name[:1].upper()}{name[1:]} {local_time(at, viewer)}"


def day_of(at: datetime | None, viewer: Viewer) -> str:
    """The calendar day of an instant: “Mar 2, 2026”."""
    return NONE if at is None else day(_local(at, viewer).date(), viewer)


def day(of: date | None, viewer: Viewer) -> str:
    """“Mar 2, 2026”."""
    return NONE if of is None else format_date(of, "medium", locale=viewer.locale)


def weekday_day(of: date, viewer: Viewer) -> str:
    """“Mon, Mar 2”."""
    return str(format_skeleton("MMMEd", of, locale=viewer.locale))


def weekday_name(place: int, viewer: Viewer) -> str:
    """“Mon” for 0 … “Sun” for 6."""
    return str(get_day_names("abbreviated", context="stand-alone", locale=viewer.locale)[place])


def short_day(at: datetime, now: datetime, viewer: Viewer) -> str:
    """“Mar 2”, with the year when it is another one."""
    then = _local(at, viewer)
    skeleton = "MMMd" if then.year == _local(now, viewer).year else "yMMMd"
    return str(format_skeleton(skeleton, then.replace(tzinfo=None), locale=viewer.locale))


def day_and_month(of: date, viewer: Viewer) -> str:
    """“Mar 2”, for the axis of a chart."""
    return str(format_skeleton("MMMd", of, locale=viewer.locale))


def month(at: datetime, viewer: Viewer) -> str:
    """“Mar”, for the axis of a chart."""
    return str(format_date(_local(at, viewer), "LLL", locale=viewer.locale))


def month_of(of: date, viewer: Viewer) -> str:
    """“March 2026”."""
    return str(format_skeleton("yMMMM", of, locale=viewer.locale))


def ago(at: datetime | None, now: datetime, viewer: Viewer) -> str:
    """“just now”, “12 min ago”, “3 hr ago”, “5 days ago”."""
    if at is None:
        return translate(NEVER, viewer.language)
    past = now - at
    if past < timedelta(minutes=1):
        return translate(JUST_NOW, viewer.language)
    unit: Literal["minute", "hour", "day"] = (
        "minute" if past < timedelta(hours=1) else "hour" if past < timedelta(days=2) else "day"
    )
    words = format_timedelta(
        -past, granularity=unit, threshold=100_000, add_direction=True, format="short", locale=viewer.locale
    )
    return _plain_spaces(words)


def duration(seconds: float, viewer: Viewer) -> str:
    """“45 min”, “2 hr 10 min”: whole minutes, rounded up."""
    minutes = -int(-seconds // 60)
    hours, rest = divmod(minutes, 60) if minutes >= 120 else (0, minutes)
    parts = [_unit(hours, "duration-hour", viewer)] if hours else []
    if rest or not hours:
        parts.append(_unit(rest, "duration-minute", viewer))
    return " ".join(parts)


def hours(seconds: float, viewer: Viewer) -> str:
    """“3.4 hr”."""
    return _plain_spaces(
        format_unit(seconds / 3600, "duration-hour", "short", format="#,##0.0", locale=viewer.locale)
    )


def length(metres: float, viewer: Viewer) -> str:
    """“200 ft”, “1.2 mi” or “60 m”, “1.9 km”, by the viewer's units."""
    if viewer.units == "us":
        if metres < METRES_PER_MILE / 2:
            return _unit(round(metres / METRES_PER_FOOT), "length-foot", viewer)
        return _unit(round(metres / METRES_PER_MILE, 1), "length-mile", viewer)
    if metres < 1000:
        return _unit(round(metres), "length-meter", viewer)
    return _unit(round(metres / 1000, 1), "length-kilometer", viewer)


def temperature(celsius: float, viewer: Viewer) -> str:
    """-5 as “23°F” or “-5°C”."""
    if viewer.units == "us":
        return _unit(round(celsius * 9 / 5 + 32), "temperature-fahrenheit", viewer)
    return _unit(round(celsius, 1), "temperature-celsius", viewer)


def _dated(skeleton: str, at: datetime, viewer: Viewer) -> str:
    date_part = format_skeleton(skeleton, _local(at, viewer).replace(tzinfo=None), locale=viewer.locale)
    return f"{date_part}, {local_time(at, viewer)}"


def _local(at: datetime, viewer: Viewer) -> datetime:
    return at.astimezone(ZoneInfo(viewer.zone))


def _unit(value: float, unit: str, viewer: Viewer) -> str:
    return _plain_spaces(format_unit(value, unit, "short", locale=viewer.locale))


def _plain_spaces(text: str) -> str:
    """CLDR's narrow no-break space is missing from many fonts; the ordinary one is not."""
    return text.replace("\u202f", "\u00a0")

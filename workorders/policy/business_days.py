"""Business days: Monday to Friday without the holidays of the cut rules. Pure."""

from collections.abc import Collection
from datetime import date, timedelta

ONE = timedelta(days=1)
SATURDAY = 5
LONGEST = 400
"""Days that are looked ahead at most: more holidays than that in a row are a slip of the pen."""


def is_business_day(day: date, holidays: Collection[date]) -> bool:
    """The district's office works that day."""
    return day.weekday() < SATURDAY and day not in holidays


def after_business_days(day: date, count: int, holidays: Collection[date]) -> date:
    """The day that is `count` business days after `day`; 0 is `day` itself."""
    for _ in range(LONGEST):
        if count <= 0:
            break
        day += ONE
        count -= is_business_day(day, holidays)
    return day


def business_days_since(day: date, until: date, holidays: Collection[date]) -> int:
    """How many business days lie after `day` up to and with `until`; 0 when `until` is not later."""
    span = min((until - day).days, LONGEST)
    return sum(is_business_day(day + step * ONE, holidays) for step in range(1, span + 1))

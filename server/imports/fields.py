"""Cells of imported files as marshmallow fields, with words a clerk understands.

Every field carries `help` (what the column means) in its metadata; docs/imports.md is checked against it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from workorders.ledger import cents_from_text
from workorders.problems import Problem

_YES = {"yes", "y", "true", "t", "1", "x"}
_NO = {"no", "n", "false", "f", "0"}
EMPTY: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "the cell is empty"}
MAX_CENTS = 10**11
"""A thousand million currency units: more is a slipped column, not a balance."""


class RowSchema(Schema):
    """One row of a file. Unknown columns are refused (marshmallow's default), empty cells never arrive."""

    error_messages = {"unknown": "the column is not known"}  # noqa: RUF012 - marshmallow reads this attribute


def text(meaning: str, longest: int, *, required: bool = False, default: str | None = None) -> fields.String:
    """A cell of at most `longest` characters."""
    options: dict[str, Any] = {} if default is None else {"load_default": default}
    return fields.String(
        required=required,
        validate=validate.Length(max=longest, error=f"longer than {longest} characters"),
        metadata={"help": meaning},
        error_messages=EMPTY,
        **options,
    )


def choice(meaning: str, values: tuple[str, ...], default: str | None = None) -> fields.String:
    """A cell that holds one of `values`, in small letters."""
    options: dict[str, Any] = {} if default is None else {"load_default": default}
    words = "one of " + ", ".join(values)
    note = f" ({words}; otherwise {default})" if default is not None else f" ({words})"
    return Lowered(
        required=default is None,
        validate=validate.OneOf(values, error=f"must be {words}"),
        metadata={"help": meaning + note},
        error_messages=EMPTY,
        **options,
    )


class Lowered(fields.String):
    """Text compared without case."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        return super()._deserialize(value, attr, data, **kwargs).lower()


class YesNo(fields.Field[bool]):
    """yes or no, in the spellings spreadsheets use."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        word = str(value).lower()
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise ValidationError("must be yes or no")


class Whole(fields.Field[int]):
    """A whole number within limits; “1e3” and “1.0” are refused: a read that was rounded is none."""

    default_error_messages = EMPTY

    def __init__(self, low: int, high: int, **options: Any) -> None:
        super().__init__(**options)
        self.low, self.high = low, high

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            number = int(str(value))
        except ValueError:
            raise ValidationError("must be a whole number") from None
        if not self.low <= number <= self.high:
            raise ValidationError(f"must be from {self.low} to {self.high}")
        return number


class Degrees(fields.Field[float]):
    """Longitude or latitude in degrees on WGS 84."""

    default_error_messages = EMPTY

    def __init__(self, limit: float, **options: Any) -> None:
        super().__init__(**options)
        self.limit = limit

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        try:
            degrees = float(str(value))
        except ValueError:
            raise ValidationError("must be degrees, for example -98.6012") from None
        if not -self.limit <= degrees <= self.limit:
            raise ValidationError(f"must be from -{self.limit:g} to {self.limit:g} degrees")
        return degrees


class Money(fields.Field[int]):
    """An amount with at most two decimals, kept as cents: “128.50”, “1,128.50”, “-3”."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        try:
            cents = cents_from_text(str(value))
        except Problem as problem:
            raise ValidationError(str(problem.details["reason"])) from None
        if abs(cents) > MAX_CENTS:
            raise ValidationError("is larger than any balance can be")
        return cents


class Numbers(fields.Field[tuple[str, ...]]):
    """Several numbers in one cell, separated by blanks; each once."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        numbers = tuple(str(value).split())
        if len(set(numbers)) != len(numbers):
            raise ValidationError("names a number twice")
        return numbers


class Day(fields.Field[date]):
    """A calendar day, YYYY-MM-DD. Other orders are refused: 3/4 is March here and April there."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise ValidationError("must be a day as YYYY-MM-DD") from None


class Instant(fields.Field[datetime]):
    """An ISO 8601 time; without an offset it is naive here and read in the district's zone (`localised`)."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            raise ValidationError("must be a time as YYYY-MM-DDTHH:MM, with or without an offset") from None


def localised(instant: datetime, zone: ZoneInfo) -> datetime:
    """`instant` with the district's zone when the file gave none."""
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)


def noon(day: date, zone: ZoneInfo) -> datetime:
    """Midday of `day` in the district: the instant of a fact whose hour nobody wrote down."""
    return datetime.combine(day, time(12), zone)


def next_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The end of `day` in the district."""
    return datetime.combine(day + timedelta(days=1), time(0), zone)

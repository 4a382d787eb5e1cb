"""Cells of imported files as marshmallow fields, with words a clerk understands.

Every field carries `help` (what the column means) in its metadata; docs/imports.md is checked against it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from workorders.grammar.money import cents_from_text
from workorders.grammar.numbers import count_from_text, decimal_from_text
from workorders.grammar.texts import LINE_MAX, checked_line, checked_text
from workorders.grammar.times import day_from_text, wall_time_from_text
from workorders.metering.register_definitions import registers_from_text
from workorders.problems import Problem

T = TypeVar("T")

_YES = {"yes", "y", "true", "t", "1", "x"}
_NO = {"no", "n", "false", "f", "0"}
EMPTY: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "the cell is empty"}


def _read(read: Callable[..., T], value: Any, *given: Any, **options: Any) -> T:
    """What the grammar makes of a cell; its refusal as marshmallow's."""
    try:
        return read(str(value), *given, field="", **options)
    except Problem as problem:
        raise ValidationError(str(problem.details["reason"])) from None


class RowSchema(Schema):
    """One row of a file. Unknown columns are refused (marshmallow's default), empty cells never arrive."""

    error_messages = {"unknown": "the column is not known"}  # noqa: RUF012 - marshmallow reads this attribute


def text(meaning: str, longest: int, *, required: bool = False, default: str | None = None) -> fields.String:
    """A cell of at most `longest` characters."""
    options: dict[str, Any] = {} if default is None else {"load_default": default}
    return Words(
        longest,
        required=required,
        metadata={"help": meaning},
        error_messages=EMPTY,
        **options,
    )


class Registers(fields.Field[list[dict[str, Any]]]):
    """A cell that names a meter's registers besides its main one."""

    def __init__(self) -> None:
        meaning = (
            "registers besides the main one, as low:6:1:gal:adds:Low side; peak:5 "
            "(code, dials, multiplier, unit; adds, part or returned; title)"
        )
        super().__init__(metadata={"help": meaning})

    def _deserialize(self, value: Any, *_given: Any, **_options: Any) -> list[dict[str, Any]]:
        return _read(registers_from_text, value)


class Words(fields.String):
    """A cell of text; one of up to LINE_MAX characters stands on one line."""

    def __init__(self, longest: int, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        cell = super()._deserialize(value, attr, data, **kwargs)
        read = checked_line if self.longest <= LINE_MAX else checked_text
        return _read(read, cell, longest=self.longest)


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
        return _read(count_from_text, value, low=self.low, high=self.high)


class Decimal(fields.Field[float]):
    """A number with a decimal point."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        return _read(decimal_from_text, value)


class Degrees(fields.Field[float]):
    """Longitude or latitude in degrees on WGS 84."""

    default_error_messages = EMPTY

    def __init__(self, limit: float, **options: Any) -> None:
        super().__init__(**options)
        self.limit = limit

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        try:
            degrees = decimal_from_text(str(value), field="")
        except Problem:
            raise ValidationError("must be degrees, for example -98.6012") from None
        if not -self.limit <= degrees <= self.limit:
            raise ValidationError(f"must be from -{self.limit:g} to {self.limit:g} degrees")
        return degrees


class Money(fields.Field[int]):
    """An amount with at most two decimals, kept as cents: “128.50”, “1,128.50”, “-3”."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        return _read(cents_from_text, value, credit=True)


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
        return _read(day_from_text, value)


class Instant(fields.Field[str]):
    """An ISO 8601 time, kept as text until the district's zone is known (`localised`)."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        _read(wall_time_from_text, value, UTC)
        return str(value)


def localised(text: str, zone: tzinfo) -> datetime:
    """The instant that an `Instant` cell names, on the district's clocks when it gave no offset."""
    return wall_time_from_text(text, zone, field="")


def noon(day: date, zone: ZoneInfo) -> datetime:
    """Midday of `day` in the district: the instant of a fact whose hour nobody wrote down."""
    return datetime.combine(day, time(12), zone)


def next_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The end of `day` in the district."""
    return datetime.combine(day + timedelta(days=1), time(0), zone)

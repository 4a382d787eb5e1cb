"""The grammar as marshmallow fields, so that a schema refuses what a form or a file would refuse."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, validate

from workorders.grammar import texts, times
from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.problems import Problem

T = TypeVar("T")


def _read(read: Callable[..., T], *given: Any, **options: Any) -> T:
    """What a rule of the grammar makes of a value; its refusal as marshmallow's."""
    try:
        return read(*given, field="", **options)
    except Problem as problem:
        raise ValidationError(str(problem.details["reason"])) from None


class Line(fields.String):
    """Text on one line, at most `longest` characters; `filled` refuses an empty one."""

    def __init__(self, longest: int = texts.LINE_MAX, *, filled: bool = True, **options: Any) -> None:
        length = validate.Length(min=1 if filled else None, max=longest)
        super().__init__(validate=length, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return _read(texts.checked_line, text, longest=self.longest)


class Paragraphs(fields.String):
    """Text of several lines, at most `longest` characters; `filled` refuses an empty one."""

    def __init__(self, longest: int = texts.TEXT_MAX, *, filled: bool = False, **options: Any) -> None:
        length = validate.Length(min=1 if filled else None, max=longest)
        super().__init__(validate=length, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return _read(texts.checked_text, text, longest=self.longest)


class Day(fields.Date):
    """A calendar day, YYYY-MM-DD."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return _read(times.day_from_text, value)


class Instant(fields.AwareDateTime):
    """An ISO 8601 instant with its offset."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return _read(times.instant_from_text, value)


class Cents(fields.Integer):
    """Whole cents as a JSON number, `low` to `high`."""

    def __init__(self, low: int = 0, high: int = AMOUNT_MAX_CENTS, **options: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=low, max=high), **options)

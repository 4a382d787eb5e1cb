"""What a form's fields accept: strict for what the office sends, never losing what the field sends.

Office input (`check_extra`) with a missing, wrong or unknown field is Problem `bad_input` naming it. A
field event's answers (`read_answers`) are taken one by one: a bad one is reported and left out, the rest
still counts, and the event keeps them all as they came.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from workorders.grammar.fields import Cents, Day, Instant
from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.grammar.numbers import ID_MAX
from workorders.grammar.texts import CODE_MAX, FILE_NAME_MAX, TEXT_MAX, UNPRINTABLE
from workorders.judgement.descriptors import Field, FieldType, OrderType
from workorders.metering.meter_tests import FlowRun, Volumes
from workorders.policy.rule_schemas import first_error
from workorders.problems import Problem

READ_DIGITS = 12
"""No register is that long; a longer number is a slip of the scanner, not a read."""
IDS_MAX = 200
"""Notices that one order can rest on."""


def _printable(value: str) -> None:
    if UNPRINTABLE.search(value):
        raise ValidationError("holds characters that cannot be stored")


class _Text(fields.String):
    """Text without the white space around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return text.strip() if text is not None else text


class _Number(fields.Float):
    """A finite number; true and false are none, though Python counts with them."""

    def _validated(self, value: Any) -> Any:
        if isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class _Whole(fields.Integer):
    """A whole number, also as a string of digits, as scanners deliver it."""

    def _validated(self, value: Any) -> Any:
        digits = isinstance(value, str) and re.fullmatch(rf"[0-9]{{1,{READ_DIGITS}}}", value.strip())
        if isinstance(value, bool) or not (isinstance(value, int) or digits):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class VolumesSchema(Schema):
    """Volumes of meter and standard, above zero."""

    meter = _Number(required=True, validate=validate.Range(min=0, min_inclusive=False, max=1e9))
    standard = _Number(required=True, validate=validate.Range(min=0, min_inclusive=False, max=1e9))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Volumes:
        """The value as a record."""
        return Volumes(**data)


class FlowRunSchema(Schema):
    """One flow of a meter test: `{"gpm", "as_found": {"meter", "standard"}, "as_left": {…} or null}`."""

    gpm = _Number(required=True, validate=validate.Range(min=0, min_inclusive=False, max=1e5))
    as_found = fields.Nested(VolumesSchema, required=True)
    as_left = fields.Nested(VolumesSchema, allow_none=True, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FlowRun:
        """The value as a record."""
        return FlowRun(**data)


def _text(f: Field, given: dict[str, Any]) -> fields.Field[Any]:
    longest = CODE_MAX if f.means in {"seal", "lock"} else int(f.max or TEXT_MAX)
    return _Text(validate=[validate.Length(max=longest), _printable], **given)


def _range(f: Field) -> validate.Range:
    return validate.Range(min=f.min, max=f.max)


_MAKERS: dict[FieldType, Callable[[Field, dict[str, Any]], fields.Field[Any]]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: lambda f, given: _Number(validate=_range(f), **given),
    FieldType.READ: lambda f, given: _Whole(
        validate=validate.Range(min=0, max=f.max or 10**READ_DIGITS - 1), **given
    ),
    FieldType.SERIAL: lambda _, given: _Text(validate=[validate.Length(1, CODE_MAX), _printable], **given),
    FieldType.YES_NO: lambda _, given: fields.Boolean(truthy={True}, falsy={False}, **given),
    FieldType.CHOICE: lambda f, given: fields.String(
        validate=validate.OneOf([c.value for c in f.choices]), **given
    ),
    FieldType.PHOTO: lambda _, given: _Text(
        validate=[validate.Length(1, FILE_NAME_MAX), _printable], **given
    ),
    FieldType.DATE: lambda _, given: Day(**given),
    FieldType.FLOWS: lambda _, given: fields.List(
        fields.Nested(FlowRunSchema), validate=validate.Length(1, 12), **given
    ),
    FieldType.CENTS: lambda f, given: Cents(high=int(f.max or AMOUNT_MAX_CENTS), **given),
    FieldType.INSTANT: lambda _, given: Instant(format="iso", **given),
    FieldType.IDS: lambda _, given: fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=0, max=ID_MAX)),
        validate=validate.Length(max=IDS_MAX),
        **given,
    ),
}


def schema_field(f: Field, *, required: bool) -> fields.Field[Any]:
    """The marshmallow field of `f`; an optional one may be null."""
    return _MAKERS[f.type](f, {"required": required, "allow_none": not required})


def extra_schema(order_type: OrderType) -> Schema:
    """The schema of the office's extra input; unknown fields are refused."""
    kept = _EXTRA_SCHEMAS.get(order_type.code)
    if kept is None or kept[0] is not order_type:
        kept = _EXTRA_SCHEMAS[order_type.code] = (order_type, _extra_schema(order_type))
    return kept[1]


_EXTRA_SCHEMAS: dict[str, tuple[OrderType, Schema]] = {}
"""Made once for each type: making one takes longer than checking with it."""


def _extra_schema(order_type: OrderType) -> Schema:
    made = {f.name: schema_field(f, required=f.required) for f in order_type.extra}
    return Schema.from_dict(dict(made), name=f"{order_type.code.title().replace('_', '')}Extra")()


def check_extra(order_type: OrderType, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The extra input as `Order.extra` keeps it (plain JSON). Raises Problem `bad_input` with the field."""
    schema = extra_schema(order_type)
    try:
        loaded = schema.load(extra)
    except ValidationError as error:
        name, reason = first_error(error)
        raise Problem("bad_input", field=f"extra.{name}", reason=reason) from None
    kept: dict[str, Any] = schema.dump(loaded)
    return kept


@dataclass(frozen=True, slots=True)
class Answers:
    """A field event's answers: the usable `values`, and what is wrong with the rest."""

    values: dict[str, Any]
    missing: tuple[str, ...] = ()
    unusable: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    photos_not_taken: tuple[str, ...] = ()
    photos_pending: tuple[str, ...] = ()
    """Answered, but the attachment's bytes are not here yet."""

    @property
    def photos_absent(self) -> frozenset[str]:
        """Photo fields that cannot be looked at now."""
        return frozenset(self.photos_not_taken) | frozenset(self.photos_pending)


SEEN_REMOTELY = frozenset({"serial_seen", "read"})
"""Meanings of fields that a meter tells by itself."""


def read_answers(
    order_type: OrderType, body: Mapping[str, Any], attachments: frozenset[str], *, remote: bool = False
) -> Answers:
    """Take the answers of a completion one by one.

    A field that stands for a common key (`Field.means`) falls back on that key of the body. Raises Problem
    `bad_input` only when `answers` is not an object. `remote`: a switch did it, and nobody was there who
    could have answered the rest.
    """
    given = body.get("answers")
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise Problem(
            "bad_input", field="body.answers", reason="answers are an object of field name and value"
        )
    values: dict[str, Any] = {}
    unusable: dict[str, str] = {}
    missing: list[str] = []
    not_taken: list[str] = []
    pending: list[str] = []
    for f in order_type.fields:
        raw = given.get(f.name)
        raw = _common(f, body) if raw is None or raw == "" else raw
        wanted = f.required and (f.only_if is None or values.get(f.only_if[0]) == f.only_if[1])
        wanted = wanted and (not remote or f.means in SEEN_REMOTELY)
        if raw is None:
            (not_taken if f.type is FieldType.PHOTO else missing).extend([f.name] if wanted else [])
            continue
        try:
            values[f.name] = schema_field(f, required=True).deserialize(raw)
        except ValidationError as error:
            unusable[f.name] = first_error(error)[1]
            continue
        if f.type is FieldType.PHOTO and values[f.name] not in attachments:
            pending.append(f.name)
    known = {f.name for f in order_type.fields}
    unknown = tuple(sorted(str(name) for name in given if name not in known))
    return Answers(values, tuple(missing), unusable, unknown, tuple(not_taken), tuple(pending))


def _common(f: Field, body: Mapping[str, Any]) -> Any:
    raw = body.get(f.means) if f.means else None
    if f.means == "left":
        return {"on": True, "off": False}.get(raw) if isinstance(raw, str) else None
    return None if raw == "" else raw

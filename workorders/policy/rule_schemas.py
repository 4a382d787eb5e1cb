"""The shape of every rule's value, checked when a row is published or read.

An unknown key is refused: a misspelt protection would otherwise protect nobody.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.policy.rule_fields import (
    HOLD_KINDS,
    NOT_NEGATIVE,
    NOTICE_KINDS,
    POSITIVE,
    strict_int,
    tuple_of,
)
from workorders.policy.rulebook import (
    FIELD_REVIEW_CENTS,
    NOTICE_PLACES,
    RULE_KINDS,
    CutRules,
    FlowLimits,
    Geofence,
    HighLow,
    MeterTestProfile,
    NoticeText,
    PaymentPolicy,
    RuleValue,
    UsageRate,
)
from workorders.policy.setting_schemas import SETTINGS
from workorders.problems import Problem


def _days_by_kind() -> fields.Dict:
    return fields.Dict(
        fields.String(validate=validate.OneOf(NOTICE_KINDS)),
        fields.Integer(strict=True, validate=NOT_NEGATIVE),
        load_default=dict,
    )


class NoticeTextSchema(Schema):
    """A `notice_text` value."""

    title = fields.String(required=True, validate=validate.Length(1, 80))
    body = fields.String(required=True, validate=validate.Length(1, 4_000))

    @validates_schema
    def places_are_known(self, data: dict[str, Any], **_: Any) -> None:
        """A misspelt place would reach the customer in braces."""
        for name in ("title", "body"):
            try:
                named = {
                    place for _, place, _, _ in Formatter().parse(data.get(name, "")) if place is not None
                }
            except ValueError:
                raise ValidationError("a brace is not closed", name) from None
            if named - NOTICE_PLACES:
                known = ", ".join(sorted(NOTICE_PLACES))
                raise ValidationError(f"has no place {min(named - NOTICE_PLACES)}; there are {known}", name)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NoticeText:
        """The value as a record."""
        return NoticeText(**data)


class CutRulesSchema(Schema):
    """A `cut_rules` value."""

    delinquency_days = strict_int(validate=NOT_NEGATIVE)
    minimum_cents = strict_int(validate=NOT_NEGATIVE)
    notice_kinds = tuple_of(fields.String(validate=validate.OneOf(NOTICE_KINDS)))
    notice_days = strict_int(validate=NOT_NEGATIVE)
    forbidden_weekdays = tuple_of(fields.Integer(strict=True, validate=validate.Range(min=0, max=6)))
    holidays = tuple_of(fields.Date())
    day_before_holiday = fields.Boolean(required=True)
    latest_local_time = fields.Time(required=True, format="%H:%M")
    blocking_holds = tuple_of(fields.String(validate=validate.OneOf(HOLD_KINDS)))
    provisional_holds_block = fields.Boolean(required=True)
    minimum_forecast_c = fields.Float(required=True, allow_none=True)
    authority_hours = strict_int(validate=POSITIVE)
    reconnect_fee_cap_cents = strict_int(validate=NOT_NEGATIVE, allow_none=True)
    notice_days_by_kind = _days_by_kind()
    notice_business_days = _days_by_kind()
    heat_alert_forbids = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CutRules:
        """Lists become tuples, so that a rule in force cannot be changed."""
        return CutRules(**_frozen(data))


class PaymentPolicySchema(Schema):
    """A `payment_policy` value."""

    policy = fields.String(required=True, validate=validate.OneOf(["must_accept", "optional", "forbidden"]))
    methods = tuple_of(fields.String(validate=validate.OneOf(["cash", "check", "card_slip"])))
    floor_cents = strict_int(validate=NOT_NEGATIVE)
    field_review_cents = fields.Integer(
        strict=True, load_default=FIELD_REVIEW_CENTS, validate=validate.Range(0, AMOUNT_MAX_CENTS)
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> PaymentPolicy:
        """The value as a record."""
        return PaymentPolicy(**_frozen(data))


class FlowLimitsSchema(Schema):
    """One flow of a test profile."""

    name = fields.String(required=True, validate=validate.Length(min=1))
    gpm = fields.Float(required=True, validate=POSITIVE)
    low_percent = fields.Float(required=True, validate=POSITIVE)
    high_percent = fields.Float(required=True, validate=POSITIVE)
    weight = fields.Float(required=True, validate=POSITIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FlowLimits:
        """The value as a record."""
        return FlowLimits(**data)


class MeterTestProfileSchema(Schema):
    """A `meter_test_profile` value."""

    flows = tuple_of(fields.Nested(FlowLimitsSchema), validate=validate.Length(min=1))
    low_percent = fields.Float(required=True, validate=POSITIVE)
    high_percent = fields.Float(required=True, validate=POSITIVE)
    error_of = fields.String(required=True, validate=validate.OneOf(["meter", "standard"]))
    calibration_days = strict_int(validate=POSITIVE)

    @validates_schema
    def names_are_distinct(self, data: dict[str, Any], **_: Any) -> None:
        """Two flows of one rate could not be distinguished."""
        rates = [flow.gpm for flow in data.get("flows", ())]
        if len(set(rates)) != len(rates):
            raise ValidationError("the flows must differ", "flows")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> MeterTestProfile:
        """The value as a record."""
        return MeterTestProfile(**_frozen(data))


class HighLowSchema(Schema):
    """A `high_low` value."""

    low_factor = fields.Float(required=True, validate=validate.Range(min=0, max=1))
    high_factor = fields.Float(required=True, validate=validate.Range(min=1))
    floor_units = strict_int(validate=NOT_NEGATIVE)
    minimum_intervals = strict_int(validate=POSITIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> HighLow:
        """The value as a record."""
        return HighLow(**data)


class GeofenceSchema(Schema):
    """A `geofence` value."""

    radius_m = fields.Float(required=True, validate=POSITIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Geofence:
        """The value as a record."""
        return Geofence(**data)


class UsageRateSchema(Schema):
    """A `usage_rate` value."""

    cents_per_thousand = strict_int(validate=NOT_NEGATIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> UsageRate:
        """The value as a record."""
        return UsageRate(**data)


_SCHEMAS: dict[str, type[Schema]] = {
    "cut_rules": CutRulesSchema,
    "payment_policy": PaymentPolicySchema,
    "meter_test_profile": MeterTestProfileSchema,
    "high_low": HighLowSchema,
    "geofence": GeofenceSchema,
    "usage_rate": UsageRateSchema,
    "notice_text": NoticeTextSchema,
}


def parse_rule(kind: str, key: str, value: Mapping[str, Any]) -> RuleValue:
    """The value of a rule row, checked. Raises Problem `bad_input` naming `rule.<kind>.<key>.<part>`."""
    where = f"rule.{kind}.{key}"
    if kind not in RULE_KINDS:
        raise Problem("bad_input", field=where, reason=f"kinds of rules are {', '.join(RULE_KINDS)}")
    schema = SETTINGS.get(key) if kind == "setting" else _SCHEMAS[kind]
    if schema is None:
        raise Problem("bad_input", field=where, reason=f"settings are {', '.join(sorted(SETTINGS))}")
    try:
        loaded: RuleValue = schema().load(value)
    except ValidationError as error:
        part, reason = first_error(error)
        raise Problem("bad_input", field=f"{where}.{part}", reason=reason) from None
    return loaded


def first_error(error: ValidationError) -> tuple[str, str]:
    """The first field of a validation error, as a dotted path, and its reason in words."""
    path: list[str] = []
    found: Any = error.messages
    while isinstance(found, dict) and found:
        name, found = next(iter(found.items()))
        path.append(str(name))
    reason = found[0] if isinstance(found, list) and found else "is not usable"
    return ".".join(p for p in path if p != "_schema") or "value", str(reason)


def _frozen(data: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}

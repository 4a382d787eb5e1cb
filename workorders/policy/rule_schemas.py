"""The shape of every rule's value, checked when a row is published or read.

An unknown key is refused: a misspelt protection would otherwise protect nobody.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from workorders.grammar.money import AMOUNT_MAX_CENTS
from workorders.policy.rulebook import (
    FIELD_REVIEW_CENTS,
    RULE_KINDS,
    CutRules,
    FlowLimits,
    Geofence,
    HighLow,
    MeterTestProfile,
    PaymentPolicy,
    RuleValue,
    UsageRate,
)
from workorders.policy.satisfaction import DUE_DAYS_MAX, POLICIES
from workorders.problems import Problem

HOLD_KINDS = ("medical", "arrangement", "dispute", "bankruptcy", "pledge", "moratorium")
NOTICE_KINDS = ("past_due", "final", "door_tag")

_POSITIVE = validate.Range(min=0, min_inclusive=False)
_NOT_NEGATIVE = validate.Range(min=0)


def _strict_int(**given: Any) -> fields.Integer:
    return fields.Integer(strict=True, required=True, **given)


def _tuple_of(inner: fields.Field[Any], **given: Any) -> fields.List[Any]:
    return fields.List(inner, required=True, **given)


class CutRulesSchema(Schema):
    """A `cut_rules` value."""

    delinquency_days = _strict_int(validate=_NOT_NEGATIVE)
    minimum_cents = _strict_int(validate=_NOT_NEGATIVE)
    notice_kinds = _tuple_of(fields.String(validate=validate.OneOf(NOTICE_KINDS)))
    notice_days = _strict_int(validate=_NOT_NEGATIVE)
    forbidden_weekdays = _tuple_of(fields.Integer(strict=True, validate=validate.Range(min=0, max=6)))
    holidays = _tuple_of(fields.Date())
    day_before_holiday = fields.Boolean(required=True)
    latest_local_time = fields.Time(required=True, format="%H:%M")
    blocking_holds = _tuple_of(fields.String(validate=validate.OneOf(HOLD_KINDS)))
    provisional_holds_block = fields.Boolean(required=True)
    minimum_forecast_c = fields.Float(required=True, allow_none=True)
    authority_hours = _strict_int(validate=_POSITIVE)
    reconnect_fee_cap_cents = _strict_int(validate=_NOT_NEGATIVE, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CutRules:
        """Lists become tuples, so that a rule in force cannot be changed."""
        return CutRules(**_frozen(data))


class PaymentPolicySchema(Schema):
    """A `payment_policy` value."""

    policy = fields.String(required=True, validate=validate.OneOf(["must_accept", "optional", "forbidden"]))
    methods = _tuple_of(fields.String(validate=validate.OneOf(["cash", "check", "card_slip"])))
    floor_cents = _strict_int(validate=_NOT_NEGATIVE)
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
    gpm = fields.Float(required=True, validate=_POSITIVE)
    low_percent = fields.Float(required=True, validate=_POSITIVE)
    high_percent = fields.Float(required=True, validate=_POSITIVE)
    weight = fields.Float(required=True, validate=_POSITIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FlowLimits:
        """The value as a record."""
        return FlowLimits(**data)


class MeterTestProfileSchema(Schema):
    """A `meter_test_profile` value."""

    flows = _tuple_of(fields.Nested(FlowLimitsSchema), validate=validate.Length(min=1))
    low_percent = fields.Float(required=True, validate=_POSITIVE)
    high_percent = fields.Float(required=True, validate=_POSITIVE)
    error_of = fields.String(required=True, validate=validate.OneOf(["meter", "standard"]))
    calibration_days = _strict_int(validate=_POSITIVE)

    @validates_schema
    def names_are_distinct(self, data: dict[str, Any], **_: Any) -> None:
        """Two flows of one rate could not be told apart."""
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
    floor_units = _strict_int(validate=_NOT_NEGATIVE)
    minimum_intervals = _strict_int(validate=_POSITIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> HighLow:
        """The value as a record."""
        return HighLow(**data)


class GeofenceSchema(Schema):
    """A `geofence` value."""

    radius_m = fields.Float(required=True, validate=_POSITIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Geofence:
        """The value as a record."""
        return Geofence(**data)


class UsageRateSchema(Schema):
    """A `usage_rate` value."""

    cents_per_thousand = _strict_int(validate=_NOT_NEGATIVE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> UsageRate:
        """The value as a record."""
        return UsageRate(**data)


SETTINGS: dict[str, type[Schema]] = {
    "reread": Schema.from_dict({"agrees_within_units": _strict_int(validate=_NOT_NEGATIVE)}, name="Reread"),
    "meter_test": Schema.from_dict(
        {
            "refund_months": _strict_int(validate=_POSITIVE),
            "bill_slow_meters": fields.Boolean(required=True),
        },
        name="MeterTestSetting",
    ),
    "meter_plant": Schema.from_dict(
        {
            "capitalise": fields.Boolean(required=True),
            "cents_by_size": fields.Dict(fields.String(), _strict_int(validate=_POSITIVE), required=True),
        },
        name="MeterPlant",
    ),
    "medical_hold": Schema.from_dict({"days": _strict_int(validate=_POSITIVE)}, name="MedicalHold"),
    "visit_fee": Schema.from_dict({"unable_reasons": _tuple_of(fields.String())}, name="VisitFee"),
    "reconnect": Schema.from_dict(
        {
            "hours": fields.Float(required=True, validate=_POSITIVE),
            "wrongful_hours": fields.Float(required=True, validate=_POSITIVE),
            "usage_tolerance_units": _strict_int(validate=_NOT_NEGATIVE),
        },
        name="ReconnectSetting",
    ),
    "turn_off": Schema.from_dict(
        {"scheduled_read_days": _strict_int(validate=_NOT_NEGATIVE)}, name="TurnOffSetting"
    ),
    "fee_tax": Schema.from_dict(
        {
            "basis_points": _strict_int(validate=_NOT_NEGATIVE),
            "codes": _tuple_of(fields.String()),
        },
        name="FeeTax",
    ),
    "leak_adjustment": Schema.from_dict(
        {"percent": _strict_int(validate=validate.Range(min=0, max=100))}, name="LeakAdjustment"
    ),
    "yard": Schema.from_dict(
        {
            "lon": fields.Float(required=True, validate=validate.Range(-180, 180)),
            "lat": fields.Float(required=True, validate=validate.Range(-90, 90)),
        },
        name="Yard",
    ),
    "cut_satisfaction": Schema.from_dict(
        {
            "policy": fields.String(required=True, validate=validate.OneOf(POLICIES)),
            "due_days": _strict_int(validate=validate.Range(min=0, max=DUE_DAYS_MAX)),
            "tolerance_cents": _strict_int(validate=_NOT_NEGATIVE),
            "down_payment_percent": _strict_int(validate=validate.Range(min=1, max=100)),
        },
        name="CutSatisfaction",
    ),
    "returned_item": Schema.from_dict(
        {
            "fee_code": fields.String(required=True, allow_none=True),
            "ban_after": _strict_int(validate=_POSITIVE),
            "ban_months": _strict_int(validate=_POSITIVE),
        },
        name="ReturnedItemSetting",
    ),
    "money_approval": Schema.from_dict(
        {"payment_cents": _strict_int(validate=_POSITIVE)}, name="MoneyApproval"
    ),
    "response_targets": Schema.from_dict(
        {
            "emergency_priority": _strict_int(validate=validate.Range(min=1, max=100)),
            "emergency_minutes": _strict_int(validate=_POSITIVE),
            "complaint_minutes": fields.Dict(fields.String(), _strict_int(validate=_POSITIVE), required=True),
        },
        name="ResponseTargets",
    ),
    "lock_check": Schema.from_dict({"days": _strict_int(validate=_POSITIVE)}, name="LockCheck"),
}
"""The free settings by key."""

_SCHEMAS: dict[str, type[Schema]] = {
    "cut_rules": CutRulesSchema,
    "payment_policy": PaymentPolicySchema,
    "meter_test_profile": MeterTestProfileSchema,
    "high_low": HighLowSchema,
    "geofence": GeofenceSchema,
    "usage_rate": UsageRateSchema,
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

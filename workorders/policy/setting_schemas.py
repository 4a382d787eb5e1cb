"""The shape of each free setting: a rule of kind `setting`, by its key."""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from workorders.grammar.money import DEPOSIT_MAX_CENTS, PAYMENT_MAX_CENTS
from workorders.policy.rule_fields import (
    CYCLE_STEPS,
    FINALED_KINDS,
    HOLD_KINDS,
    NOT_NEGATIVE,
    NOTICE_KINDS,
    PICKUP_KINDS,
    POSITIVE,
    strict_int,
    tuple_of,
)
from workorders.policy.satisfaction import DUE_DAYS_MAX, POLICIES
from workorders.policy.start_service import ANY, CREDIT_CLASSES


def distinct_kinds(steps: list[dict[str, Any]]) -> None:
    """Each kind of notice is one step. Raises ValidationError."""
    kinds = [step["kind"] for step in steps]
    if len(set(kinds)) != len(kinds):
        raise ValidationError("names a kind of notice twice")


def ascending(days: list[int]) -> None:
    """Each end of a bucket lies after the one before. Raises ValidationError."""
    if not days or days != sorted(set(days)):
        raise ValidationError("name at least one day, each later than the one before")


class NoticeStepSchema(Schema):
    """One step of `notice_steps`."""

    kind = fields.String(required=True, validate=validate.OneOf(NOTICE_KINDS))
    after_due_days = strict_int(validate=validate.Range(1, 366))
    after_previous_days = fields.Integer(strict=True, load_default=0, validate=NOT_NEGATIVE)
    after_previous_business_days = fields.Integer(strict=True, load_default=0, validate=NOT_NEGATIVE)
    valid_days = strict_int(validate=validate.Range(1, 366))
    late_charge = fields.String(load_default=None, allow_none=True)
    delivery = fields.String(load_default="mail", validate=validate.OneOf(["mail", "posted"]))


class FinaledStepSchema(Schema):
    """One letter of `finaled_accounts`."""

    kind = fields.String(required=True, validate=validate.OneOf(FINALED_KINDS))
    after_due_days = strict_int(validate=validate.Range(1, 366))
    after_previous_days = fields.Integer(strict=True, load_default=0, validate=NOT_NEGATIVE)
    valid_days = strict_int(validate=validate.Range(1, 366))


class CycleRowSchema(Schema):
    """One cycle of `billing_cycles`."""

    code = fields.String(required=True, validate=validate.Length(1, 40))
    read_business_day = strict_int(validate=validate.Range(1, 23))


class CycleStepSchema(Schema):
    """One step of `billing_cycles`."""

    step = fields.String(required=True, validate=validate.OneOf(CYCLE_STEPS))
    after_due_days = strict_int(validate=validate.Range(1, 120))


def distinct_of(name: str) -> Callable[[list[dict[str, Any]]], None]:
    """A check that no two lines have the same `name`. It raises ValidationError."""

    def check(lines: list[dict[str, Any]]) -> None:
        values = [line[name] for line in lines]
        if len(set(values)) != len(values):
            raise ValidationError("names the same twice")

    return check


class ExpenseAccountSchema(Schema):
    """One account of the general ledger in `petty_cash`."""

    code = fields.String(required=True, validate=validate.Length(1, 20))
    label = fields.String(required=True, validate=validate.Length(1, 80))


class DepositRowSchema(Schema):
    """One line of the deposit schedule in `start_service`; `*` fits anything, the first that fits counts."""

    service = fields.String(required=True, validate=validate.Length(1, 40))
    rate_class = fields.String(required=True, validate=validate.Length(1, 40))
    credit_class = fields.String(required=True, validate=validate.OneOf([ANY, *CREDIT_CLASSES]))
    cents = strict_int(validate=validate.Range(0, DEPOSIT_MAX_CENTS))


SETTINGS: dict[str, type[Schema]] = {
    "reread": Schema.from_dict({"agrees_within_units": strict_int(validate=NOT_NEGATIVE)}, name="Reread"),
    "meter_test": Schema.from_dict(
        {
            "refund_months": strict_int(validate=POSITIVE),
            "bill_slow_meters": fields.Boolean(required=True),
        },
        name="MeterTestSetting",
    ),
    "meter_plant": Schema.from_dict(
        {
            "capitalise": fields.Boolean(required=True),
            "cents_by_size": fields.Dict(fields.String(), strict_int(validate=POSITIVE), required=True),
        },
        name="MeterPlant",
    ),
    "medical_hold": Schema.from_dict({"days": strict_int(validate=POSITIVE)}, name="MedicalHold"),
    "visit_fee": Schema.from_dict({"unable_reasons": tuple_of(fields.String())}, name="VisitFee"),
    "reconnect": Schema.from_dict(
        {
            "hours": fields.Float(required=True, validate=POSITIVE),
            "wrongful_hours": fields.Float(required=True, validate=POSITIVE),
            "usage_tolerance_units": strict_int(validate=NOT_NEGATIVE),
        },
        name="ReconnectSetting",
    ),
    "turn_off": Schema.from_dict(
        {"scheduled_read_days": strict_int(validate=NOT_NEGATIVE)}, name="TurnOffSetting"
    ),
    "fee_tax": Schema.from_dict(
        {
            "basis_points": strict_int(validate=NOT_NEGATIVE),
            "codes": tuple_of(fields.String()),
        },
        name="FeeTax",
    ),
    "leak_adjustment": Schema.from_dict(
        {"percent": strict_int(validate=validate.Range(min=0, max=100))}, name="LeakAdjustment"
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
            "due_days": strict_int(validate=validate.Range(min=0, max=DUE_DAYS_MAX)),
            "tolerance_cents": strict_int(validate=NOT_NEGATIVE),
            "down_payment_percent": strict_int(validate=validate.Range(min=1, max=100)),
        },
        name="CutSatisfaction",
    ),
    "aging": Schema.from_dict(
        {"days": fields.List(strict_int(validate=POSITIVE), required=True, validate=ascending)},
        name="Aging",
    ),
    "notice_steps": Schema.from_dict(
        {
            "minimum_cents": strict_int(validate=NOT_NEGATIVE),
            "steps": tuple_of(fields.Nested(NoticeStepSchema), validate=distinct_kinds),
        },
        name="NoticeSteps",
    ),
    "returned_item": Schema.from_dict(
        {
            "fee_code": fields.String(required=True, allow_none=True),
            "ban_after": strict_int(validate=POSITIVE),
            "ban_months": strict_int(validate=POSITIVE),
        },
        name="ReturnedItemSetting",
    ),
    "money_approval": Schema.from_dict(
        {
            "payment_cents": strict_int(validate=POSITIVE),
            "adjustment_cents": fields.Dict(
                fields.String(), strict_int(validate=NOT_NEGATIVE), load_default=dict
            ),
        },
        name="MoneyApproval",
    ),
    "response_targets": Schema.from_dict(
        {
            "emergency_priority": strict_int(validate=validate.Range(min=1, max=100)),
            "emergency_minutes": strict_int(validate=POSITIVE),
            "complaint_minutes": fields.Dict(fields.String(), strict_int(validate=POSITIVE), required=True),
        },
        name="ResponseTargets",
    ),
    "pickups": Schema.from_dict(
        {"dispatch_themselves": tuple_of(fields.String(validate=validate.OneOf(PICKUP_KINDS)))},
        name="Pickups",
    ),
    "special_read": Schema.from_dict(
        {"letter_after_skips": strict_int(validate=POSITIVE)}, name="SpecialReadSetting"
    ),
    "backflow": Schema.from_dict(
        {
            "test_days": strict_int(validate=POSITIVE),
            "letter_days": fields.Integer(strict=True, load_default=60, validate=NOT_NEGATIVE),
            "letter_repeat_days": fields.Integer(strict=True, load_default=30, validate=POSITIVE),
        },
        name="Backflow",
    ),
    "read_validation": Schema.from_dict(
        {
            "low_days": strict_int(validate=POSITIVE),
            "zero_days": strict_int(validate=POSITIVE),
            "stopped_days": strict_int(validate=POSITIVE),
            "off_tolerance_units": strict_int(validate=NOT_NEGATIVE),
            "missing_days": strict_int(validate=POSITIVE),
        },
        name="ReadValidation",
    ),
    "start_service": Schema.from_dict(
        {
            "application_fee": fields.String(load_default=None, allow_none=True),
            "require_past_due": fields.Boolean(required=True),
            "read_serves_days": strict_int(validate=validate.Range(0, 31)),
            "no_visit_services": tuple_of(fields.String()),
            "deposits": tuple_of(fields.Nested(DepositRowSchema)),
        },
        name="StartServiceSetting",
    ),
    "returned_mail": Schema.from_dict(
        {"void_kinds": tuple_of(fields.String(validate=validate.OneOf([*NOTICE_KINDS, *FINALED_KINDS])))},
        name="ReturnedMailSetting",
    ),
    "late_fee": Schema.from_dict(
        {
            "fee_code": fields.String(required=True),
            "after_due_days": strict_int(validate=validate.Range(1, 366)),
            "minimum_cents": strict_int(validate=NOT_NEGATIVE),
        },
        name="LateFeeSetting",
    ),
    "finaled_accounts": Schema.from_dict(
        {
            "minimum_cents": strict_int(validate=NOT_NEGATIVE),
            "steps": tuple_of(fields.Nested(FinaledStepSchema), validate=distinct_kinds),
        },
        name="FinaledAccounts",
    ),
    "collection_agency": Schema.from_dict(
        {
            "agency": fields.String(required=True, validate=validate.Length(1, 80)),
            "minimum_cents": strict_int(validate=POSITIVE),
            "after_letter_days": strict_int(validate=NOT_NEGATIVE),
            "blocking_holds": tuple_of(fields.String(validate=validate.OneOf(HOLD_KINDS))),
        },
        name="CollectionAgency",
    ),
    "lien": Schema.from_dict(
        {
            "minimum_cents": strict_int(validate=POSITIVE),
            "after_due_days": strict_int(validate=validate.Range(1, 3_660)),
            "services": tuple_of(fields.String()),
        },
        name="LienSetting",
    ),
    "billing_cycles": Schema.from_dict(
        {
            "every_months": fields.Integer(
                strict=True, required=True, validate=validate.OneOf([1, 2, 3, 4, 6, 12])
            ),
            "cycles": tuple_of(fields.Nested(CycleRowSchema), validate=distinct_of("code")),
            "bill_after_business_days": strict_int(validate=validate.Range(0, 20)),
            "due_after_days": strict_int(validate=validate.Range(1, DUE_DAYS_MAX)),
            "steps": tuple_of(fields.Nested(CycleStepSchema), validate=distinct_of("step")),
        },
        name="BillingCycles",
    ),
    "construction_meter": Schema.from_dict(
        {
            "deposit_cents": strict_int(validate=validate.Range(0, DEPOSIT_MAX_CENTS)),
            "fee": fields.String(load_default=None, allow_none=True),
            "longest_days": strict_int(validate=validate.Range(1, 1_096)),
        },
        name="ConstructionMeter",
    ),
    "phone_codes": Schema.from_dict(
        {
            "release_minutes": strict_int(validate=validate.Range(15, 480)),
            "recall_hours": strict_int(validate=validate.Range(1, 168)),
            "wrong_tries": strict_int(validate=validate.Range(1, 20)),
            "pause_minutes": strict_int(validate=validate.Range(1, 120)),
        },
        name="PhoneCodes",
    ),
    "petty_cash": Schema.from_dict(
        {
            "second_person_cents": strict_int(validate=POSITIVE),
            "most_cents": strict_int(validate=validate.Range(1, PAYMENT_MAX_CENTS)),
            "accounts": tuple_of(fields.Nested(ExpenseAccountSchema), validate=distinct_of("code")),
        },
        name="PettyCash",
    ),
    "remote": Schema.from_dict({"answer_minutes": strict_int(validate=POSITIVE)}, name="Remote"),
    "lock_check": Schema.from_dict({"days": strict_int(validate=POSITIVE)}, name="LockCheck"),
}
"""The free settings by key."""

"""Dated rules and fees as plain values, and which of them hold on a day.

A `RuleBook` is every published row. `in_force` answers what held on the day of a fact; `known_to` what a
tablet believed that had only received an older rule set. Values are checked when a row enters the book, so a
misspelt rule dies at start-up and not at the customer's door.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, TypeVar

RULE_KINDS = (
    "cut_rules",
    "payment_policy",
    "meter_test_profile",
    "high_low",
    "geofence",
    "usage_rate",
    "setting",
    "notice_text",
)


@dataclass(frozen=True, slots=True)
class CutRules:
    """When service may be cut for non-payment; one row per service (key), as the state prescribes."""

    delinquency_days: int
    """The oldest unpaid charge must be at least this old."""
    minimum_cents: int
    """Nobody is cut for less."""
    notice_kinds: tuple[str, ...]
    """Each kind must have been sent and still be valid."""
    notice_days: int
    """Days that must have passed since the latest required notice."""
    forbidden_weekdays: tuple[int, ...]
    """0 Monday … 6 Sunday."""
    holidays: tuple[date, ...]
    day_before_holiday: bool
    """True: no cut on the day before a holiday either."""
    latest_local_time: time
    """No cut at or after this time of the district's day."""
    blocking_holds: tuple[str, ...]
    provisional_holds_block: bool
    minimum_forecast_c: float | None
    """No cut when the forecast low is under this (°C); None: not a rule here."""
    authority_hours: int
    """How long a cut may rest on the authority given at dispatch."""
    reconnect_fee_cap_cents: int | None
    """The most a reconnect may cost by law; None: no cap."""
    notice_days_by_kind: Mapping[str, int] = field(default_factory=dict)
    """`notice_days` of a kind of notice that has its own."""
    notice_business_days: Mapping[str, int] = field(default_factory=dict)
    """Business days, too, that must have passed since a notice of that kind."""
    heat_alert_forbids: bool = False
    """No cut on a day for which the weather service has issued or announced a heat-related alert."""


FIELD_REVIEW_CENTS = 250_000
"""What a district that has set nothing else looks at twice at the door: $2,500."""


@dataclass(frozen=True, slots=True)
class PaymentPolicy:
    """What a technician may take at the door."""

    policy: str
    """must_accept | optional | forbidden."""
    methods: tuple[str, ...]
    floor_cents: int
    """The least partial payment that avoids a cut without a supervisor's code; 0: the whole amount only."""
    field_review_cents: int = FIELD_REVIEW_CENTS
    """A receipt given at the door above this waits for a second person's word."""


@dataclass(frozen=True, slots=True)
class FlowLimits:
    """One flow of a meter test and the limits of registration (percent of true volume) there."""

    name: str
    gpm: float
    low_percent: float
    high_percent: float
    weight: float


@dataclass(frozen=True, slots=True)
class MeterTestProfile:
    """How a meter of one size is tested; key `<service>.<size>`."""

    flows: tuple[FlowLimits, ...]
    low_percent: float
    high_percent: float
    """Limits of the weighted accuracy."""
    error_of: str
    """`meter` or `standard`: which volume an error is a percentage of."""
    calibration_days: int
    """A standard calibrated longer ago than this does not count."""


@dataclass(frozen=True, slots=True)
class HighLow:
    """How far usage may stray from the estimate made of the account's history."""

    low_factor: float
    high_factor: float
    floor_units: int
    """Usage up to this many units is never called high."""
    minimum_intervals: int
    """With fewer intervals of history there is no estimate and no check."""


@dataclass(frozen=True, slots=True)
class Geofence:
    """How near the premise a fix must be; beyond it the office gets a case, nothing is refused."""

    radius_m: float


@dataclass(frozen=True, slots=True)
class UsageRate:
    """What usage costs, to correct a bill; key `<service>.<rate class>`."""

    cents_per_thousand: int
    """Cents for 1,000 units of the register."""


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One dated line of the fee schedule."""

    code: str
    title: str
    effective_from: date
    amount_cents: int
    trigger: str
    """dispatch | visit | cut | completion | returned_item | notice | application."""
    exempt_rate_classes: tuple[str, ...] = ()
    rule_set: int = 1


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a notice says; key `<kind>.<language>`. `{…}` in either is one of NOTICE_PLACES."""

    title: str
    body: str


NOTICE_PLACES = frozenset(
    {
        "district",
        "day",
        "customer",
        "account",
        "address",
        "past_due",
        "total",
        "since",
        "cut_on",
        "late_charge",
        "serial",
        "skips",
        "test_due",
        "place",
    }
)
"""What a notice's text may fill in."""

RuleValue = (
    NoticeText | CutRules | PaymentPolicy | MeterTestProfile | HighLow | Geofence | UsageRate | dict[str, Any]
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One dated rule, its value already checked by `parse_rule`."""

    kind: str
    key: str
    effective_from: date
    value: RuleValue
    rule_set: int = 1


V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules and fees that hold on one day."""

    day: date
    version: int
    rules: dict[tuple[str, str], RuleValue] = field(default_factory=dict)
    fees: dict[str, FeeRow] = field(default_factory=dict)

    def _typed(self, kind: str, key: str, wanted: type[V]) -> V | None:
        value = self.rules.get((kind, key), self.rules.get((kind, "default")))
        return value if isinstance(value, wanted) else None

    def cut_rules(self, service: str) -> CutRules | None:
        """Cut rules of a service; None: cutting is not regulated here, so `severance` refuses it."""
        return self._typed("cut_rules", service, CutRules)

    def payment_policy(self) -> PaymentPolicy | None:
        """What may be taken at the door; None: nothing."""
        return self._typed("payment_policy", "default", PaymentPolicy)

    def test_profile(self, service: str, size: str) -> MeterTestProfile | None:
        """The test of a meter of this service and size."""
        return self._typed("meter_test_profile", f"{service}.{size}", MeterTestProfile)

    def high_low(self, service: str) -> HighLow | None:
        """High/low factors of a service; None: no check."""
        return self._typed("high_low", service, HighLow)

    def geofence(self) -> Geofence | None:
        """The radius around a premise; None: no check."""
        return self._typed("geofence", "default", Geofence)

    def usage_rate(self, service: str, rate_class: str) -> UsageRate | None:
        """What usage costs; None: bills cannot be corrected here."""
        value = self.rules.get(("usage_rate", f"{service}.{rate_class}"))
        return value if isinstance(value, UsageRate) else self._typed("usage_rate", service, UsageRate)

    def notice_text(self, kind: str, language: str) -> NoticeText | None:
        """What a notice says in a language, in English where there is no such text; None: there is none."""
        for key in (f"{kind}.{language}", f"{kind}.en"):
            value = self.rules.get(("notice_text", key))
            if isinstance(value, NoticeText):
                return value
        return None

    def setting(self, key: str) -> dict[str, Any]:
        """A free setting, empty when there is none."""
        value = self.rules.get(("setting", key))
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every published rule and fee. `version` is the newest published rule set."""

    version: int
    rules: tuple[RuleRow, ...] = ()
    fees: tuple[FeeRow, ...] = ()
    _found: dict[tuple[int, date], RulesInForce] = field(default_factory=dict, compare=False, repr=False)
    """Answers already worked out: every event of a day asks the same."""

    def in_force(self, day: date) -> RulesInForce:
        """What held on `day`, by all that is published today."""
        return self.known_to(self.version, day)

    def known_to(self, version: int, day: date) -> RulesInForce:
        """What somebody who had received rule sets up to `version` believed to hold on `day`."""
        if (version, day) not in self._found:
            self._found[version, day] = self._work_out(version, day)
        return self._found[version, day]

    def _work_out(self, version: int, day: date) -> RulesInForce:
        rules: dict[tuple[str, str], RuleValue] = {}
        for row in sorted(self.rules, key=lambda r: (r.effective_from, r.rule_set)):
            if row.effective_from <= day and row.rule_set <= version:
                rules[row.kind, row.key] = row.value
        fees: dict[str, FeeRow] = {}
        for fee in sorted(self.fees, key=lambda f: (f.effective_from, f.rule_set)):
            if fee.effective_from <= day and fee.rule_set <= version:
                fees[fee.code] = fee
        return RulesInForce(day=day, version=version, rules=rules, fees=fees)

"""One visit to a service point, prepared for an order type's own rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from workorders.facts import (
    REMOTE_TECHNICIAN,
    AccountFacts,
    EventFacts,
    MeterFacts,
    OrderFacts,
    PaymentFacts,
    ServicePointFacts,
)
from workorders.grammar.texts import CODE_MAX, UNPRINTABLE
from workorders.judgement.situation import Situation
from workorders.metering.registers import ReadCheck, check_read
from workorders.policy.rulebook import RulesInForce
from workorders.policy.satisfaction import needed_at, satisfaction_of


@dataclass(frozen=True, slots=True)
class Visit:
    """A `completed` or `unable` event with its answers checked and the rules of its day at hand."""

    situation: Situation
    event: EventFacts
    answers: Mapping[str, Any]
    """Answers that passed their field's check; absent when missing or unusable."""
    rules: RulesInForce
    """In force on the local day of the visit."""

    @property
    def at(self) -> datetime:
        """When it was done in the field (clamped)."""
        return self.event.occurred_at

    @property
    def day(self) -> date:
        """The district's calendar day of the visit."""
        return self.rules.day

    @property
    def order(self) -> OrderFacts:
        """The order before this event."""
        return self.situation.order

    @property
    def point(self) -> ServicePointFacts:
        """The service point before this event."""
        return self.situation.service_point

    @property
    def account(self) -> AccountFacts | None:
        """The account the order answers to."""
        return self.situation.account

    @property
    def remote(self) -> bool:
        """The meter's own switch did it: nobody drove there."""
        return self.event.technician == REMOTE_TECHNICIAN

    @property
    def outcome(self) -> str:
        """The outcome the technician chose, empty when none was."""
        given = self.event.body.get("outcome")
        return given if isinstance(given, str) else ""

    @property
    def serial_seen(self) -> str | None:
        """The serial the technician saw, as the records spell it when they know it."""
        given = self.answers.get("serial_seen") or self.answers.get("old_serial")
        given = given or self.event.body.get("serial_seen")
        if not isinstance(given, str) or not 0 < len(given.strip()) <= CODE_MAX or UNPRINTABLE.search(given):
            return None
        known = self.situation.meter(given.strip())
        return known.serial if known is not None else given.strip()

    @property
    def meter(self) -> MeterFacts | None:
        """The meter that a read of this visit belongs to: the one seen when on record, else the installed."""
        return self.situation.meter(self.serial_seen) or self.situation.installed

    @property
    def paid_cents(self) -> int:
        """Paid on the account since the order was raised, up to the visit."""
        payments = self.account.payments if self.account else ()
        return sum(p.cents for p in payments if self.order.requested_at <= p.at <= self.at)

    def needed_cents(self, at: datetime | None = None, *, without: Sequence[PaymentFacts] = ()) -> int:
        """What had to be paid at `at` (None: now, by all that is known) to satisfy the account's cuts.

        `without` leaves payments out, as if they had not been made. 0 for an order without an account.
        """
        if self.account is None:
            return 0
        account = replace(
            self.account,
            balance_cents=self.account.balance_cents + sum(p.cents for p in without),
            payments=tuple(p for p in self.account.payments if p not in without),
        )
        policy = satisfaction_of(self.rules)
        return needed_at(account, policy, at=at, now=self.at, timezone=self.situation.timezone)

    def satisfied(self, at: datetime | None = None, *, without: Sequence[PaymentFacts] = ()) -> bool:
        """Nothing stood against the account's service at `at`; False for an order without an account."""
        tolerance = satisfaction_of(self.rules).tolerance_cents
        return self.account is not None and self.needed_cents(at, without=without) <= tolerance

    def given(self, name: str, default: Any = None) -> Any:
        """A part of the order's extra input."""
        value = self.order.extra.get(name)
        return default if value is None else value

    def cents(self, name: str) -> int:
        """An amount of the extra input, 0 when it is not a positive whole number of cents."""
        value = self.order.extra.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

    def check(self, value: int, meter: MeterFacts) -> ReadCheck:
        """Judge a read of `meter` taken on this visit against its history.

        Of a service that was off no usage is expected: high and low say nothing, and a wrap is not believed.
        """
        known = dict(self.situation.meters) | {meter.serial: meter}
        was_off = self.point.state in {"off", "off_np", "inactive"}
        factors = None if was_off else self.rules.high_low(self.point.service)
        return check_read(value, meter, self.at, reads=self.situation.reads, meters=known, factors=factors)


def visit_of(situation: Situation, event: EventFacts, answers: Mapping[str, Any]) -> Visit:
    """Prepare a visit; the rules are those in force on its local day."""
    day = event.occurred_at.astimezone(ZoneInfo(situation.timezone)).date()
    return Visit(situation, event, answers, situation.book.in_force(day))

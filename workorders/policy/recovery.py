"""What may be done about a debt beside notices and cuts: late fees, an agency, liens. Pure.

Each by a dated setting: `returned_mail`, `late_fee`, `finaled_accounts`, `collection_agency`, `lien`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workorders.facts import HoldFacts
from workorders.messages.message import Message
from workorders.policy.aging import OpenCharge
from workorders.policy.notices import NoticeOnRecord, NoticeStep, NoticeSteps
from workorders.policy.rule_fields import FINALED_KINDS, NOTICE_KINDS
from workorders.policy.rulebook import RulesInForce

RETURN_REASONS = ("moved", "unknown", "vacant", "refused", "insufficient", "other")
"""Why mail came back, as the post marks it."""
RESOLUTIONS = ("new_address", "reached", "address_right", "door")


@dataclass(frozen=True, slots=True)
class LateFeeRule:
    """Billing charges the fee `fee_code` for a bill this many days past due, when enough of it is open."""

    fee_code: str
    after_due_days: int
    minimum_cents: int


@dataclass(frozen=True, slots=True)
class AgencyRule:
    """Which debts of finaled accounts go to the agency. Days count from the pre-collection letter."""

    agency: str
    minimum_cents: int
    after_letter_days: int
    blocking_holds: Collection[str]


@dataclass(frozen=True, slots=True)
class LienRule:
    """Which debts a lien may be recorded for."""

    minimum_cents: int
    after_due_days: int
    services: Collection[str]


def voided_kinds(rules: RulesInForce) -> Collection[str]:
    """Kinds of notices that do not count as served once their mail has come back; without a rule, all."""
    value = rules.setting("returned_mail")
    return tuple(value["void_kinds"]) if value else (*NOTICE_KINDS, *FINALED_KINDS)


def late_fee_rule(rules: RulesInForce) -> LateFeeRule | None:
    """The rule in force; None: late charges are posted with a notice, or not at all."""
    value = rules.setting("late_fee")
    return LateFeeRule(**value) if value else None


def finaled_steps(rules: RulesInForce) -> NoticeSteps:
    """The letters to who has left and owes; none where a district has published none."""
    value: dict[str, Any] = rules.setting("finaled_accounts")
    steps = tuple(NoticeStep(**one) for one in value.get("steps", ()))
    return NoticeSteps(int(value.get("minimum_cents", 0)), steps)


def agency_rule(rules: RulesInForce) -> AgencyRule | None:
    """The rule in force; None: no debt is handed over."""
    value = rules.setting("collection_agency")
    return AgencyRule(**value) if value else None


def lien_rule(rules: RulesInForce) -> LienRule | None:
    """The rule in force; None: no lien is recorded."""
    value = rules.setting("lien")
    return LienRule(**value) if value else None


def late_bills(
    rule: LateFeeRule,
    debts: Iterable[OpenCharge],
    day: date,
    *,
    holds: Sequence[HoldFacts],
    planned: Mapping[date, date],
) -> Iterator[OpenCharge]:
    """The open bills that are late enough for a fee on `day`.

    `planned`: due day → the day that the schedule of the account's cycle has for late fees, instead of the
    rule's days. None while a protection holds, which the fee would work against.
    """
    if any(one.starts_on <= day <= (one.ends_on or day) for one in holds):
        return
    for one in debts:
        if one.reference is None or one.due_on is None or one.cents < rule.minimum_cents:
            continue
        ready = planned.get(one.due_on) or one.due_on + timedelta(days=rule.after_due_days)
        if one.days_past_due(day) > 0 and day >= ready:
            yield one


def against_placement(
    rule: AgencyRule,
    *,
    day: date,
    served: bool,
    owed_cents: int,
    notices: Iterable[NoticeOnRecord],
    holds: Iterable[HoldFacts],
    since: date | None,
) -> Message | None:
    """Why a debt is not handed to the agency on `day`; None when it may be."""
    if served:
        return Message("agency.served")
    if owed_cents < rule.minimum_cents:
        return Message.of("agency.too_little", owed=owed_cents, minimum=rule.minimum_cents)
    for hold in holds:
        if hold.kind in rule.blocking_holds and hold.starts_on <= day <= (hold.ends_on or day):
            return Message.of("agency.hold", hold=hold.kind)
    sent = [
        one.sent_on
        for one in notices
        if one.kind == "pre_collection" and one.state == "sent" and (since is None or one.sent_on >= since)
    ]
    if not sent:
        return Message("agency.no_letter")
    ready = max(sent) + timedelta(days=rule.after_letter_days)
    return Message.of("agency.later", day=ready) if ready > day else None


def against_lien(
    rule: LienRule | None, *, day: date, past_due_cents: int, since: date | None, service: str
) -> Message | None:
    """Why no lien may be recorded for a debt on `day`; None when it may be."""
    if rule is None or service not in rule.services:
        return Message.of("lien.no_rule", service=service)
    if past_due_cents < rule.minimum_cents:
        return Message.of("lien.too_little", owed=past_due_cents, minimum=rule.minimum_cents)
    if since is None or (day - since).days < rule.after_due_days:
        return Message.of("lien.too_young", days=rule.after_due_days)
    return None

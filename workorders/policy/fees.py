"""The fee schedule applied: what a visit costs whom, and what a tablet with older rules believed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from workorders.facts import AccountFacts, EntryFacts
from workorders.grammar.money import rounded
from workorders.policy.rulebook import FeeRow, RuleBook, RulesInForce

REACHED = {
    "dispatched": frozenset({"dispatch"}),
    "visited": frozenset({"dispatch", "visit"}),
    "cut": frozenset({"dispatch", "visit", "cut", "completion"}),
    "completed": frozenset({"dispatch", "visit", "completion"}),
}
"""Which triggers have happened when a visit ended so; a cut is a completion too."""


FOR_A_VISIT = frozenset({"field_visit"})
"""Fees for driving to the customer, which nobody owes where the meter's own switch did it."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee for one account: net and tax in cents; both zero with `waived` saying why."""

    code: str
    title: str
    cents: int
    tax_cents: int
    trigger: str
    waived: str | None = None
    """`no_charge` (the order), `rate_class` (exempt) or None."""

    @property
    def total_cents(self) -> int:
        """What the customer pays."""
        return self.cents + self.tax_cents


def price(
    fee: FeeRow, rules: RulesInForce, account: AccountFacts | None, *, service: str | None, no_charge: bool
) -> Charge:
    """What `fee` costs this account on the day of `rules`, for work at a service point of `service`.

    Tax is `fee_tax` basis points of the listed codes, rounded half up, none for a tax-exempt account; a
    reconnect is capped by the `reconnect_fee_cap_cents` of its own service's cut rules. `service` None: the
    fee has no service point (a returned check).
    """
    if no_charge:
        return Charge(fee.code, fee.title, 0, 0, fee.trigger, "no_charge")
    if account is not None and account.rate_class in fee.exempt_rate_classes:
        return Charge(fee.code, fee.title, 0, 0, fee.trigger, "rate_class")
    cents = capped(fee.amount_cents, fee.code, rules, service)
    tax = rules.setting("fee_tax")
    taxed = fee.code in tax.get("codes", ()) and not (account is not None and account.tax_exempt)
    tax_cents = rounded(cents * int(tax["basis_points"]), 10_000) if taxed else 0
    return Charge(fee.code, fee.title, cents, tax_cents, fee.trigger)


def capped(cents: int, code: str, rules: RulesInForce, service: str | None) -> int:
    """What a fee of `cents` may cost at most at a service point of `service`.

    Only a reconnect is capped, and the law of one service says nothing of what another may cost.
    """
    cut_rules = rules.cut_rules(service) if code == "reconnect" and service is not None else None
    cap = cut_rules.reconnect_fee_cap_cents if cut_rules is not None else None
    return cents if cap is None else min(cents, cap)


def preview(
    codes: Iterable[str], rules: RulesInForce, account: AccountFacts | None, *, service: str, no_charge: bool
) -> tuple[Charge, ...]:
    """The fees an order of a type (`OrderType.fees`) may cost, for the order document and the CSR."""
    rows = (rules.fees[code] for code in codes if code in rules.fees)
    return tuple(price(row, rules, account, service=service, no_charge=no_charge) for row in rows)


def due(
    codes: Iterable[str],
    reached: str,
    rules: RulesInForce,
    account: AccountFacts | None,
    *,
    service: str,
    no_charge: bool,
    posted: Sequence[EntryFacts] = (),
) -> tuple[Charge, ...]:
    """The fees that fall due when the visit ended as `reached` (a key of REACHED), without those posted."""
    done = {entry.purpose for entry in posted}
    charges = preview(codes, rules, account, service=service, no_charge=no_charge)
    return tuple(c for c in charges if c.trigger in REACHED[reached] and purpose(c.code) not in done)


def purpose(code: str) -> str:
    """The journal purpose of a fee."""
    return f"fee_{code}"


def believed_cents(
    book: RuleBook, version: int, day: date, charge: Charge, account: AccountFacts | None, *, service: str
) -> int:
    """What a tablet holding rule set `version` showed for `charge`; 0 when it knew no such fee."""
    rules = book.known_to(version, day)
    fee = rules.fees.get(charge.code)
    if fee is None or charge.waived == "no_charge":
        return 0
    return price(fee, rules, account, service=service, no_charge=False).total_cents

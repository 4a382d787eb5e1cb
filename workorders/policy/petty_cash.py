"""Petty cash of an office: a fixed float; what a voucher needs, and what fills the box again. Pure; cents.

An imprest fund: at any time its float is the cash in the box and the vouchers paid since it was last filled,
but for what is over or short and what was never filled. Expense accounts are the district's own list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workorders.policy.cash_control import Line
from workorders.policy.rulebook import RuleBook, RulesInForce

LINES: dict[str, tuple[str, str]] = {
    "from_drawer": ("PETTY", "UNDEP"),
    "from_bag": ("PETTY", "UNDEP"),
    "from_vault": ("PETTY", "VAULT"),
    "from_bank": ("PETTY", "BANK"),
    "to_drawer": ("UNDEP", "PETTY"),
    "to_vault": ("VAULT", "PETTY"),
}
"""Way of a transfer → (debited, credited)."""
KINDS = tuple(LINES)
OF_VAULT = ("from_vault", "to_vault")
OF_DRAWER = ("from_drawer", "to_drawer")


@dataclass(frozen=True, slots=True)
class PettyRules:
    """The dated rule `petty_cash`. Without one nothing is paid out."""

    second_person_cents: int = 0
    """From here on a second person decides before anything is paid."""
    most_cents: int = 0
    """More than this is no petty cash."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Code of each expense account of the general ledger → its title."""


def petty_rules(rules: RulesInForce) -> PettyRules:
    """What holds on the day of `rules`."""
    return rules_of(rules.setting("petty_cash"))


def rules_of(setting: Mapping[str, Any]) -> PettyRules:
    """A value of the rule `petty_cash` as the program takes it; an empty one lets nothing be paid."""
    if not setting:
        return PettyRules()
    accounts = {row["code"]: row["label"] for row in setting["accounts"]}
    return PettyRules(int(setting["second_person_cents"]), int(setting["most_cents"]), accounts)


def account_titles(book: RuleBook) -> dict[str, str]:
    """The newest title of every expense account that was ever listed: old vouchers name old ones."""
    rows = [row for row in book.rules if (row.kind, row.key) == ("setting", "petty_cash")]
    rows.sort(key=lambda row: (row.effective_from, row.rule_set))
    return {
        account["code"]: account["label"]
        for row in rows
        if isinstance(row.value, dict)
        for account in row.value["accounts"]
    }


def needs_second(rules: PettyRules, cents: int, receipt: str | None) -> bool:
    """A second person decides about what is large, and about what nothing proves."""
    return cents >= rules.second_person_cents or receipt is None


def transfer_cents(kind: str, float_cents: int, cash_cents: int) -> int:
    """What this way brings the box to its float; 0 or less: nothing is to be moved this way."""
    missing = float_cents - cash_cents
    return missing if kind.startswith("from_") else -missing


def petty_lines(kind: str, cents: int) -> list[Line]:
    """The line of a transfer."""
    debit, credit = LINES[kind]
    return [(debit, credit, cents)]

"""Money moved on an account without a payment: what each kind posts, and who may do it alone. Pure."""

from collections.abc import Iterable

from workorders.policy.rulebook import RulesInForce
from workorders.problems import Problem

KINDS = ("credit", "debit", "transfer", "write_off", "refund", "refund_paid")
LINES: dict[str, tuple[str, str]] = {
    "credit": ("REV", "AR"),
    "debit": ("AR", "REV"),
    "write_off": ("BAD", "AR"),
    "refund": ("AR", "REFUND"),
    "refund_paid": ("REFUND", "BANK"),
}
"""Kind → (debit, credit) in the ledger; a transfer moves AR from one account to another."""


def limit_of(roles: Iterable[str], rules: RulesInForce) -> int:
    """Cents up to which somebody with these roles adjusts alone, by the rule `money_approval`; 0: nothing."""
    limits = rules.setting("money_approval").get("adjustment_cents", {})
    return max((int(limits.get(role, 0)) for role in roles), default=0)


def check_amount(kind: str, cents: int, *, balance: int, refundable: int, over: bool) -> None:
    """Raise the Problem that keeps the books from moving so much.

    `balance`: what the account owes (AR); `refundable`: what is payable to the customer (REFUND);
    `over`: its service has ended.
    """
    if kind == "refund" and cents > -balance:
        raise Problem("no_credit", cents=max(-balance, 0))
    if kind == "refund_paid" and cents > refundable:
        raise Problem("no_credit", cents=max(refundable, 0))
    if kind in {"transfer", "write_off"} and cents > balance:
        raise Problem("not_owed", cents=max(balance, 0))
    if kind == "write_off" and not over:
        raise Problem("still_served")

"""What is handed over at the counter: by which means, what of it pays, and what is given back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workorders.grammar.card_numbers import without_card_number
from workorders.problems import Problem

TENDERS = ("cash", "check", "money_order", "card")
"""Means of payment at the counter; a card by the token of its processor."""
IN_DRAWER = {"cash": "cash", "check": "check", "money_order": "check"}
"""How a tender lies in a drawer: money orders are counted and deposited with the checks."""
TENDERS_MAX = 6
"""Means of one payment: more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Tender:
    """One means of payment. `reference`: check or money order number, or a processor's token."""

    kind: str
    cents: int
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What each tender pays, in order, and the change; tenders that pay nothing are left out."""

    applied: tuple[Tender, ...]
    tendered_cents: int
    change_cents: int


def settle(tenders: Sequence[Tender], due_cents: int) -> Settlement:
    """Split `due_cents` over what was tendered; change is given from cash alone.

    Raises Problem `bad_input` naming `tender` for no or an unknown means, `reference` where one is missing
    or looks like a card number, and `tendered` when it is not enough, or more than the cash can give back.
    """
    if not 0 < len(tenders) <= TENDERS_MAX:
        raise Problem("bad_input", field="tender", reason="say how it is paid")
    for one in tenders:
        if one.kind not in TENDERS or one.cents <= 0:
            raise Problem("bad_input", field="tender", reason="say how it is paid")
        if one.kind != "cash" and not one.reference:
            raise Problem("bad_input", field="reference", reason="give its number, or the processor’s token")
        without_card_number(one.reference or "", field="reference")
    tendered = sum(one.cents for one in tenders)
    change = tendered - due_cents
    if change < 0:
        raise Problem("bad_input", field="tendered", reason="it is less than what is to be paid")
    if change > sum(one.cents for one in tenders if one.kind == "cash"):
        raise Problem("bad_input", field="tendered", reason="change is given from cash alone")
    left, applied = change, []
    for one in tenders:
        back = min(left, one.cents) if one.kind == "cash" else 0
        left -= back
        if one.cents > back:
            applied.append(replace(one, cents=one.cents - back))
    return Settlement(tuple(applied), tendered, change)

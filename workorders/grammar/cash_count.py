"""A count of cash and checks as a person enters it: pieces by denomination, the amount on each item."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.problems import Problem, Reason

DENOMINATIONS = (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1)
"""US notes and coins in cents, largest first; $1 counts notes and coins together."""
PIECES_MAX = 100_000
"""More pieces of one kind than any drawer holds: a slip of the keyboard."""
_PIECES = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Count:
    """What one person counted: `cash` is denomination in cents → pieces, `items` key of a check → cents."""

    cash: Mapping[int, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)

    @property
    def cash_cents(self) -> int:
        """The sum of notes and coins."""
        return sum(denomination * pieces for denomination, pieces in self.cash.items())

    @property
    def items_cents(self) -> int:
        """The sum of the checks and slips that are there."""
        return sum(self.items.values())

    @property
    def cents(self) -> int:
        """All of it."""
        return self.cash_cents + self.items_cents


def cash_field(denomination: int) -> str:
    """The name of a form's field for the pieces of a denomination."""
    return f"pieces.{denomination}"


def item_field(key: str) -> str:
    """The name of a form's field for what is written on an item."""
    return f"item.{key}"


def count_from_form(form: Mapping[str, str], items: Iterable[str]) -> Count:
    """The count that a form holds; `items` are the keys that may be in it. An empty field is nothing there.

    Raises Problem `bad_input` naming `pieces` or `item` for what is no number or no amount.
    """
    cash = {one: _pieces(form.get(cash_field(one), "")) for one in DENOMINATIONS}
    written = {key: form.get(item_field(key), "").strip() for key in items}
    return Count(
        {denomination: pieces for denomination, pieces in cash.items() if pieces},
        {
            key: cents_from_text(text, field="item", most=PAYMENT_MAX_CENTS)
            for key, text in written.items()
            if text
        },
    )


def checked_count(count: Count, items: Iterable[str]) -> Count:
    """The count, when it has only known denominations and items. Raises Problem `bad_input`."""
    for denomination, pieces in count.cash.items():
        if denomination not in DENOMINATIONS or not 0 <= pieces <= PIECES_MAX:
            raise Problem("bad_input", field="pieces", reason=_WHOLE)
    unknown = sorted(set(count.items) - set(items))
    if unknown:
        reason = Reason("{item} is not one of the checks to be counted", item=unknown[0])
        raise Problem("bad_input", field="item", reason=reason)
    if any(not 0 < cents <= PAYMENT_MAX_CENTS for cents in count.items.values()):
        raise Problem(
            "bad_input", field="item", reason="leave the amount empty for a check that is not there"
        )
    return count


_WHOLE = Reason("a whole number of pieces, up to {most}", most="100,000")


def _pieces(text: str) -> int:
    if not text.strip():
        return 0
    if _PIECES.fullmatch(text.strip()) is None or int(text) > PIECES_MAX:
        raise Problem("bad_input", field="pieces", reason=_WHOLE)
    return int(text)

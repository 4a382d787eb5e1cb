"""Money as people write it, in US dollars, and its limits in integer cents.

`$` and thousands separators are optional, the separators only between whole groups of three; the point has
one or two digits after it. “45,50” is refused: read by throwing separators away it would be $4,550.00.
"""

import re

from workorders.problems import Problem, Reason

PAYMENT_MAX_CENTS = 100_000_000
"""$1,000,000: the most that one payment can be. A dated rule sets what a second person looks at before."""
DEPOSIT_MAX_CENTS = 1_000_000
"""$10,000: the most that an order bills as a deposit."""
AMOUNT_MAX_CENTS = 10**11
"""$1,000,000,000: the most that one line of the ledger can hold.

Ninety million such lines add up within a 64-bit integer, so that no sum of the books overflows.
"""

_AMOUNT = re.compile(
    r"(?P<sign>-?)\$?(?:(?P<whole>[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.(?P<part>[0-9]{1,2}))?"
    r"|\.(?P<only>[0-9]{1,2}))"
)


def cents_from_text(
    text: str, *, field: str = "amount", credit: bool = False, most: int = AMOUNT_MAX_CENTS
) -> int:
    """“45”, “45.5”, “.50”, “$1,234.50” and, where a `credit` may be, “-3.00” or “-$3.00” as cents.

    Raises Problem `bad_input` naming `field` for anything else, for a sign where no credit may be, and for
    more than `most` cents either way.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        shown = text.strip()[:40]
        reason = Reason("“{text}” is not an amount of money; write it like 1234.50 or 1,234.50", text=shown)
        raise Problem("bad_input", field=field, reason=reason)
    part = found["part"] or found["only"] or ""
    cents = int((found["whole"] or "0").replace(",", "")) * 100 + int(part.ljust(2, "0") or 0)
    if found["sign"] and not credit:
        raise Problem("bad_input", field=field, reason="it cannot be below zero")
    if cents > most:
        raise Problem(
            "bad_input", field=field, reason=Reason("the most is {most}", most=text_from_cents(most))
        )
    return -cents if found["sign"] else cents


def rounded(numerator: int, denominator: int) -> int:
    """`numerator / denominator` in whole cents, a half away from zero: the one way money is rounded."""
    whole, rest = divmod(abs(numerator), denominator)
    whole += 2 * rest >= denominator
    return -whole if numerator < 0 else whole


def text_from_cents(cents: int) -> str:
    """1234 as “$12.34”, -500 as “-$5.00”."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{part:02d}"

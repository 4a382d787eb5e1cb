"""Integer cents, and how people write and read them."""

from decimal import Decimal, InvalidOperation

from workorders.problems import Problem

MOST = 10**15
"""Ten thousand milliard units: beyond it the text is no amount, and no engine's integer is strained."""


def cents_from_text(text: str, *, field: str = "amount") -> int:
    """“45”, “45.5”, “1,234.50” or “-3.00” as cents.

    Raises Problem bad_input naming `field` for anything else, a fraction of a cent included.
    """
    try:
        amount = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        raise Problem("bad_input", field=field, reason=f"“{text}” is not an amount of money") from None
    if not amount.is_finite() or amount > MOST or amount < -MOST:
        raise Problem("bad_input", field=field, reason=f"“{text}” is not an amount of money")
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise Problem("bad_input", field=field, reason=f"“{text}” is not a whole number of cents")
    return int(cents)


def rounded(numerator: int, denominator: int) -> int:
    """`numerator / denominator` in whole cents, a half away from zero: the one way money is rounded."""
    whole, rest = divmod(abs(numerator), denominator)
    whole += 2 * rest >= denominator
    return -whole if numerator < 0 else whole


def text_from_cents(cents: int) -> str:
    """1234 as “$12.34”, -500 as “-$5.00”."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{part:02d}"

"""What the form of a count is made of."""

from typing import Any

from workorders.grammar.cash_count import DENOMINATIONS, cash_field, item_field


def counting_fields() -> dict[str, Any]:
    """What the form of a count is made of."""
    return {"denominations": DENOMINATIONS, "cash_field": cash_field, "item_field": item_field}

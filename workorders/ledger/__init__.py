"""Double-entry money in integer cents: the chart, entries, balances, and the database's own guards."""

from workorders.grammar.money import cents_from_text, text_from_cents
from workorders.ledger.balances import balance, balances, custody, trial_balance
from workorders.ledger.chart import CHART, LedgerAccount
from workorders.ledger.entries import (
    EntryDraft,
    Line,
    draft,
    post,
    post_all,
    post_many,
    reverse,
    reverse_posted,
)

__all__ = [
    "CHART",
    "EntryDraft",
    "LedgerAccount",
    "Line",
    "balance",
    "balances",
    "cents_from_text",
    "custody",
    "draft",
    "post",
    "post_all",
    "post_many",
    "reverse",
    "reverse_posted",
    "text_from_cents",
    "trial_balance",
]

"""Pages of supervisors and cashiers: what must be decided, what went wrong, where the cash is."""

from server.pages.office import (
    bank,
    cash_days,
    containers,
    counter,
    deposits,
    drawers,
    exports,
    health,
    imports,
    money,
    payments,
    petty_cash,
    quarantine,
    review,
    settlements,
    turn_ins,
    vault,
)
from server.pages.office.blueprint import blueprint

__all__ = [
    "bank",
    "blueprint",
    "cash_days",
    "containers",
    "counter",
    "deposits",
    "drawers",
    "exports",
    "health",
    "imports",
    "money",
    "payments",
    "petty_cash",
    "quarantine",
    "review",
    "settlements",
    "turn_ins",
    "vault",
]

"""What a program's token may do in the API, and the mark of every operation with the scope it needs."""

from collections.abc import Callable
from typing import Any, TypeVar

SCOPES: dict[str, frozenset[str]] = {
    "orders:read": frozenset({"dispatcher"}),
    "orders:write": frozenset({"csr", "dispatcher"}),
    "accounts:read": frozenset({"csr"}),
    "agreements:write": frozenset({"csr"}),
    "notes:write": frozenset({"csr"}),
    "adjustments:write": frozenset({"csr"}),
    "bills:write": frozenset({"csr"}),
    "payments:read": frozenset({"cashier"}),
    "payments:write": frozenset({"cashier"}),
    "reports:read": frozenset({"dispatcher", "cashier", "supervisor"}),
    "exceptions:read": frozenset({"cashier"}),
}
"""Scope → the roles that a program has while it uses it.

What a second person must decide (a payment or an adjustment that waits, a case) has no scope: no program
decides it."""

View = TypeVar("View", bound=Callable[..., Any])


def scope(name: str) -> Callable[[View], View]:
    """Mark an operation of the API: a token needs this scope. Raises ValueError for one there is not."""
    if name not in SCOPES:
        raise ValueError(f"not a scope: {name}")

    def mark(view: View) -> View:
        view.token_scope = name  # type: ignore[attr-defined]
        return view

    return mark


def scope_of(view: Callable[..., Any] | None) -> str | None:
    """The scope that a view needs; None: no token opens it."""
    return getattr(view, "token_scope", None)


def roles_of(name: str) -> frozenset[str]:
    """The roles of a program that uses this scope."""
    return SCOPES[name]

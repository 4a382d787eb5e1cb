"""The roles of the office and the mark on every view that says who may call it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

ROLES: dict[str, str] = {
    "csr": "answers customers, raises and cancels orders",
    "dispatcher": "assigns, routes and recalls orders",
    "cashier": "records payments and counts the money",
    "storekeeper": "receives, moves and counts meters",
    "supervisor": "judges exceptions and quarantined events",
    "admin": "may do everything",
}
"""Code and meaning of each role. A person may have several."""

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a view: these roles, or with `public` anybody, for the reason given."""

    roles: frozenset[str]
    public: str | None = None

    def admits(self, roles: frozenset[str]) -> bool:
        """True when a signed-in person with `roles` may call the view; an admin always may."""
        return self.public is not None or "admin" in roles or bool(self.roles & roles)


def allow(*roles: str) -> Callable[[View], View]:
    """Mark a view: only people with one of `roles`. Raises ValueError for a role that does not exist."""
    unknown = set(roles) - ROLES.keys()
    if unknown or not roles:
        raise ValueError(f"not roles: {sorted(unknown)}")
    return _marker(Rule(frozenset(roles)))


def allow_staff(view: View) -> View:
    """Mark a view: everybody of the office who is signed in."""
    return _marker(Rule(frozenset(ROLES)))(view)


def public(reason: str) -> Callable[[View], View]:
    """Mark a view that anybody may call, and say why that is safe."""
    return _marker(Rule(frozenset(), reason))


def rule_of(view: Callable[..., Any] | None) -> Rule | None:
    """The mark of a view; None: nobody thought about it, so nobody may call it."""
    return getattr(view, "access_rule", None)


def _marker(rule: Rule) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return mark

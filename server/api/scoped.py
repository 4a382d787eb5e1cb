"""The mark of an operation that a program's token opens: the guard holds it, the description shows it."""

from collections.abc import Callable
from typing import Any, TypeVar

from mobile_api.schemas import ProblemBlueprint
from server.auth.scopes import scope

View = TypeVar("View", bound=Callable[..., Any])


def needs(blueprint: ProblemBlueprint, name: str) -> Callable[[View], View]:
    """Mark a view of `blueprint`: a token opens it with the scope `name`."""
    ways: list[dict[str, list[str]]] = [{"token": [name]}, {"basic": []}, {"session": []}]

    def mark(view: View) -> View:
        documented: View = blueprint.doc(security=ways)(scope(name)(view))
        return documented

    return mark

"""A Problem in a reader's language: its sentence, its advice, and the details that forms show."""

from collections.abc import Mapping
from typing import Any

from workorders.messages.texts import translate
from workorders.messages.words import state_title, title
from workorders.problems import CATALOGUE, Problem

TEXTS = frozenset({"reason", "reasons", "what", "gate", "words"})
"""Details that are texts of the program, not data."""


def problem_dict(problem: Problem, language: str) -> dict[str, Any]:
    """Code, words, advice and details as `Problem.as_dict`, in the language."""
    kind = CATALOGUE[problem.code]
    details = {name: _shown(name, value, language) for name, value in problem.details.items()}
    named = _Named(details | _titles(problem.details, language))
    return {
        "code": problem.code,
        "words": translate(kind.words, language).format_map(named),
        "advice": translate(kind.advice, language).format_map(named),
        "details": details,
    }


def _shown(name: str, value: Any, language: str) -> Any:
    if isinstance(value, str) and name in TEXTS:
        return translate(value, language)
    return value


def _titles(details: Mapping[str, Any], language: str) -> dict[str, str]:
    """Codes of the details as people call them."""
    titles = {}
    if isinstance(details.get("state"), str):
        titles["state"] = state_title(details["state"], language)
    if isinstance(details.get("command"), str):
        titles["command"] = title("commands", details["command"], language)
    field = details.get("field")
    if isinstance(field, str):
        titles["field"] = title("fields", field.removeprefix("extra.").rpartition(".")[2], language)
    return titles


class _Named(dict[str, Any]):
    """A detail that was not given is shown by its name, so that one mistake never hides another."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"

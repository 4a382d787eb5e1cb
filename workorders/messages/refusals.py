"""A Problem in a reader's language: its sentence, its advice, and the details that forms show."""

from collections.abc import Mapping
from typing import Any

from workorders.messages.texts import translate
from workorders.messages.viewer import Viewer
from workorders.messages.words import NOBODY, Said, say, state_title, title
from workorders.problems import CATALOGUE, Problem

TEXTS = frozenset({"reason", "reasons", "what", "gate", "words"})
"""Details that are texts of the program, not data."""


def problem_dict(problem: Problem, viewer: Viewer, names: Mapping[str, str] = NOBODY) -> dict[str, Any]:
    """Code, words, advice and details as `Problem.as_dict`, for a reader. `names`: as `say` takes them."""
    kind, language = CATALOGUE[problem.code], viewer.language
    details = {name: _shown(name, value, viewer, names) for name, value in problem.details.items()}
    named = _Named(details | _titles(problem.details, language, names))
    return {
        "code": problem.code,
        "words": translate(kind.words, language).format_map(named),
        "advice": translate(kind.advice, language).format_map(named),
        "details": details,
    }


def _shown(name: str, value: Any, viewer: Viewer, names: Mapping[str, str]) -> Any:
    if isinstance(value, Said):
        return " ".join(say(one, viewer, names) for one in value.messages)
    if isinstance(value, str) and name in TEXTS:
        return translate(value, viewer.language)
    return value


def _titles(details: Mapping[str, Any], language: str, names: Mapping[str, str]) -> dict[str, str]:
    """Codes and ids of the details as people call them."""
    titles = {}
    if isinstance(details.get("state"), str):
        titles["state"] = state_title(details["state"], language)
    if isinstance(details.get("room"), str):
        titles["room"] = title("meter_states", details["room"], language)
    if isinstance(details.get("command"), str):
        titles["command"] = title("commands", details["command"], language)
    if isinstance(details.get("agreement_state"), str):
        titles["agreement_state"] = title("agreement_states", details["agreement_state"], language).lower()
    if isinstance(details.get("step"), str):
        titles["step"] = title("steps", details["step"], language)
    if isinstance(details.get("skill"), str):
        titles["skill"] = title("skills", details["skill"], language)
    if details.get("technician") in names:
        titles["technician"] = names[details["technician"]]
    field = details.get("field")
    if isinstance(field, str):
        titles["field"] = title("fields", field.removeprefix("extra.").rpartition(".")[2], language)
    return titles


class _Named(dict[str, Any]):
    """A detail that was not given is shown by its name, so that one mistake never hides another."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"

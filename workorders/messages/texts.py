"""Translations: the English text is the key, the catalogues in `locale/` hold the rest. Read once, in memory.

Placeholders are `{name}`. A text without a translation is shown in English; a test keeps that from happening.
"""

from collections.abc import Callable, Mapping
from functools import cache
from gettext import c2py
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from workorders.problems import Reason

LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "es": "Español"})
"""Code and own name of each language that has a catalogue."""
FOLDER = Path(__file__).parent / "locale"


def catalogue_file(language: str) -> Path:
    """Where a language's catalogue is kept."""
    return FOLDER / language / "LC_MESSAGES" / "curbstop.po"


@cache
def catalogue(language: str) -> Catalog:
    """The catalogue of a language of LANGUAGES. Raises OSError when its file is missing."""
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated later
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


def N2_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - as `N_`
    """Mark a text's forms for one and for many."""
    return one, many


def translate(text: str, language: str, /, **details: Any) -> str:
    """The text in a language, with its placeholders filled.

    A `Reason` brings its own details, which are translated with it.
    """
    if isinstance(text, Reason):
        inner = {name: _inner(value, language) for name, value in text.details.items()}
        return _found(text.msgid, language).format_map(inner | details)
    found = _found(text, language)
    return found.format_map(details) if details else found


def translate_plural(one: str, many: str, count: int, language: str, /, **details: Any) -> str:
    """The form of the text that a language uses for `count`, which fills `{count}`."""
    details = {"count": count} | details
    message = catalogue(language).get(one) if language != "en" else None
    forms = message.string if message is not None else ()
    if isinstance(forms, tuple) and all(forms) and forms:
        form = forms[_plural_rule(language)(count)]
    else:
        form = one if count == 1 else many
    return form.format_map(details)


@cache
def _plural_rule(language: str) -> Callable[[int], int]:
    """Count → index of the form, as the head of the catalogue says."""
    rule: Callable[[int], int] = c2py(catalogue(language).plural_expr)
    return rule


def _found(text: str, language: str) -> str:
    message = catalogue(language).get(text) if text and language in LANGUAGES else None
    said = message.string if message is not None else None
    if not said:
        return text
    return (said if isinstance(said, str) else said[0]) or text


def _inner(value: Any, language: str) -> Any:
    return translate(value, language) if isinstance(value, Reason) else value

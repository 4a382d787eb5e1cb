"""The catalogues hold exactly the texts of the program, every one translated with its placeholders."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from tools import texts as collecting
from tools.texts import TEMPLATES, Text, texts
from workorders.messages.texts import LANGUAGES, catalogue, translate, translate_plural
from workorders.problems import Reason

SCRIPTS = TEMPLATES.parent / "static" / "js"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
BARE = frozenset({"Curbstop", "min", "SHA-256", "JSON", "curbstop import streets FILE.osm.pbf"})
"""What templates say in every language: names, and a command to type."""

CODES = frozenset({"GET", "HX-Request"})
"""What templates quote that nobody reads."""


def ids(language: str) -> set[Text]:
    return {tuple(m.id) if isinstance(m.id, list | tuple) else m.id for m in catalogue(language) if m.id}  # type: ignore[misc]


def placeholders(text: str) -> set[tuple[str, str]]:
    return {(name, form or "") for _, name, form, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_from_a_catalogue_and_none_is_unused(language: str) -> None:
    assert ids(language) == set(texts()), "run “make texts”, then translate what is new"


def test_a_new_language_begins_with_every_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "fr" / "LC_MESSAGES" / "curbstop.po"
    monkeypatch.setattr(collecting, "LANGUAGES", {"fr": "Français"})
    monkeypatch.setattr(collecting, "catalogue_file", lambda _: file)
    collecting.main()
    with file.open("rb") as begun:
        catalog = read_po(begun, locale="fr")
    assert len(list(catalog)) == len(texts()) + 1, "every text, and the head"
    assert not any(message.string for message in catalog if isinstance(message.id, str) and message.id)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    strings = {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in catalogue(language) if m.id}
    empty = [
        one for one, said in strings.items() if not (said if isinstance(said, str) else all(said or ("",)))
    ]
    assert empty == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_text(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        if isinstance(message.id, str):
            if placeholders(message.id) != placeholders(str(message.string)):
                wrong.append(message.id)
        else:
            allowed = placeholders(message.id[0]) | placeholders(message.id[1])
            wrong += [form for form in message.string or () if not placeholders(form) <= allowed]
    assert wrong == []


def literals(source: str) -> list[str]:
    """The texts that a template writes itself: what is left without its expressions and tags."""
    # Names of classes and attributes in a tag's braces are no text.
    source = re.sub(r"{% block main_class %}.*?{% endblock %}", "", source)
    data = "".join(
        value if kind == "data" else "\x00"
        for _, kind, value in Environment(autoescape=True).lex(source)
        if kind == "data" or kind.endswith("_begin")
    )
    shown = re.findall(r"(?:aria-label|title|placeholder|alt)=\"([^\"]*)\"", data)
    body = re.sub(r"<(?:code|svg)\b.*?</(?:code)>|<[^>]*>", "\x00", data, flags=re.DOTALL)
    parts = [
        part.strip(" \n\x00·–,:()/.″“”") for text in [*shown, body] for part in re.split(r"[\x00\n]", text)
    ]
    return [part for part in parts if re.search(r"[A-Za-z]{2,}", part) and part not in BARE]


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.relative_to(TEMPLATES).as_posix()
)
def test_a_template_says_nothing_that_is_not_in_the_catalogues(path: Path) -> None:
    assert literals(path.read_text()) == []


def quoted(source: str) -> list[str]:
    """Texts that an expression or a tag of a template quotes without asking for their translation."""
    inside = " ".join(re.findall(r"{[{%].*?[%}]}", source, re.DOTALL))
    asked = re.sub(
        r"\b(?:_|ngettext)\(\s*(?:\"[^\"]*\"|'[^']*')(?:\s*,\s*(?:\"[^\"]*\"|'[^']*'))?", "", inside
    )
    found = [one or other for one, other in re.findall(r"\"([A-Z][^\"]*)\"|'([A-Z][^']*)'", asked)]
    return [text for text in found if text not in CODES]


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.relative_to(TEMPLATES).as_posix()
)
def test_a_templates_expressions_quote_no_text_that_is_not_translated(path: Path) -> None:
    assert quoted(path.read_text()) == []


def test_a_text_quoted_bare_in_an_expression_is_found() -> None:
    assert quoted('{% for t in [_("Hold"), "Close"] %}{{ ngettext("One", "Many", n) }}') == ["Close"]


def test_a_bare_text_in_a_template_is_found() -> None:
    assert literals('<p title="Say so">{{ _("Fine") }} not fine</p>') == ["Say so", "not fine"]


def test_scripts_show_only_texts_that_their_page_hands_them() -> None:
    said = re.compile(r"(?:textContent|innerText|title)\s*=\s*[\"'`][A-Z]|say\(\s*[\"'`]")
    assert [path.name for path in SCRIPTS.glob("*.js") if said.search(path.read_text())] == []


def test_a_reason_is_translated_with_what_it_carries() -> None:
    inner = Reason("last heard {at}", at="11:42")
    outer = Reason("Possibly off; tablet {heard}.", heard=inner)
    assert outer == "Possibly off; tablet last heard 11:42."
    assert translate(outer, "es") == "Posiblemente cortado; tableta con última señal: 11:42."


def test_a_count_takes_its_form() -> None:
    def stops(count: int, language: str) -> str:
        return translate_plural("{count} stop", "{count} stops", count, language)

    assert [stops(n, "en") for n in (0, 1, 2)] == ["0 stops", "1 stop", "2 stops"]
    assert [stops(n, "es") for n in (0, 1, 2)] == ["0 paradas", "1 parada", "2 paradas"]


def test_a_text_nobody_translated_is_shown_in_english() -> None:
    assert translate("Data that came from a person", "es") == "Data that came from a person"

"""`make texts`: collect every text that people read and bring the catalogues of all languages up to date.

Texts come from marks in Python (`_`, `N_`, `ngettext`, `Reason`, reasons of `Problem`), from templates, and
from tables whose values are texts: titles, cases, the timeline, the error catalogue, the chart, order types.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from workorders import problems
from workorders.catalogue import CATALOGUE
from workorders.judgement.descriptors import Field, OrderType
from workorders.ledger.chart import CHART
from workorders.messages import effects_en, sentences_en, timeline_en, titles_en, words_en
from workorders.messages.texts import LANGUAGES, catalogue_file
from workorders.usecases.district.publish_rules import sample_document

Text = str | tuple[str, str]
"""A text, or its form for one and its form for many."""
ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "server" / "templates"
PYTHON = ("server", "workorders", "geo/schedule", "geo/roads")
TERMINAL_ONLY = (
    "server/backups",
    "server/commands",
    "server/config.py",
    "server/imports",
    "server/migrations",
    "server/migrate.py",
    "geo/roads/build.py",
    "geo/roads/weights.py",
    "workorders/policy/rule_schemas.py",
    "workorders/policy/setting_schemas.py",
    "workorders/usecases/district",
)
"""Read at the command line, which speaks English."""
MARKS = frozenset({"_", "N_", "ngettext", "Reason"})
REASONS = frozenset({"reason", "what", "gate"})
"""Details of a Problem that are texts themselves."""
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
"""In the head of every catalogue: a date of its own for each run would be a change without a change."""


def texts() -> dict[Text, list[str]]:
    """Every text, with the files it comes from."""
    found: defaultdict[Text, set[str]] = defaultdict(set)
    for source, text in (*_marked(), *_in_templates(), *_in_tables(), *_of_order_types()):
        if text and any(part.strip() for part in text):
            found[text].add(source)
    return {text: sorted(sources) for text, sources in found.items()}


def updated(language: str) -> Catalog:
    """A language's catalogue with every text of the program: translations are kept, unused ones dropped.

    That of a new language begins without translations.
    """
    known = Catalog(locale=language)
    if catalogue_file(language).exists():
        with catalogue_file(language).open("rb") as file:
            known = read_po(file, locale=language)
    catalog = Catalog(
        locale=language,
        header_comment=f"# Texts of Curbstop: {LANGUAGES[language]}. “make texts” keeps them up to date.",
        project="Curbstop",
        version="1",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        creation_date=BEGAN,
        revision_date=BEGAN,
        fuzzy=False,
    )
    for text, sources in sorted(texts().items(), key=lambda item: (item[1], str(item[0]))):
        message = known.get(text[0] if isinstance(text, tuple) else text)
        catalog.add(text, message.string if message else None, locations=[(source, 0) for source in sources])
    return catalog


def main() -> None:
    """Write the catalogues."""
    for language in LANGUAGES:
        catalog = updated(language)
        catalogue_file(language).parent.mkdir(parents=True, exist_ok=True)
        with catalogue_file(language).open("wb") as file:
            write_po(file, catalog, width=110, include_lineno=False, ignore_obsolete=True)


def _marked() -> Iterator[tuple[str, Text]]:
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(TERMINAL_ONLY):
                for node in ast.walk(ast.parse(path.read_text())):
                    if isinstance(node, ast.Call):
                        yield from ((name, text) for text in _of_call(node))


def _of_call(call: ast.Call) -> Iterator[Text]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    given = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if name in {"ngettext", "N2_"} and len(given) == 2:
        yield given[0], given[1]
    elif name in MARKS and given:
        yield given[0]
    elif name == "Problem":
        for keyword in call.keywords:
            value = keyword.value
            if keyword.arg in REASONS and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def _in_templates() -> Iterator[tuple[str, Text]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        name = path.relative_to(ROOT).as_posix()
        with path.open("rb") as file:
            for _line, _function, message, _comments in babel_extract(
                file, ("_", "ngettext"), (), {"extensions": "jinja2.ext.do", "silent": "false"}
            ):
                if isinstance(message, tuple):
                    forms = [part for part in message if part is not None]
                    found: Text = (forms[0], forms[1]) if _function == "ngettext" else forms[0]
                    yield name, found
                elif message is not None:
                    yield name, message


def _in_tables() -> Iterator[tuple[str, Text]]:
    for module in (effects_en, sentences_en, timeline_en, titles_en, words_en):
        for text in _of_module(module):
            yield f"workorders/messages/{module.__name__.rpartition('.')[2]}.py", text
    for kind in problems.CATALOGUE.values():
        yield from (("workorders/problems", text) for text in (kind.words, kind.advice))
    yield from (("workorders/ledger/chart.py", row.title) for row in CHART.values())
    # A district may name its fees as it likes; those of the sample rules have translations.
    yield from (("workorders/policy/sample_rules.json", fee["title"]) for fee in sample_document()["fees"])


def _of_module(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if name.isupper():
            yield from _of_value(value)


def _of_value(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _of_value(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _of_value(inner)


def _of_order_types() -> Iterator[tuple[str, Text]]:
    for order_type in CATALOGUE.values():
        source = f"workorders/catalogue/{order_type.code}.py"
        yield from ((source, text) for text in _of_type(order_type))


def _of_type(order_type: OrderType) -> Iterator[str]:
    """What pages and tablets show of a type; its checks and postings stand in the documentation only."""
    yield from (order_type.title, order_type.about)
    yield from (choice.title for choice in order_type.outcomes)
    for field in (*order_type.extra, *order_type.fields):
        yield from _of_field(field)
    own = order_type.texts
    yield from (*own.outcomes.values(), *own.follow_reasons.values())
    yield from (text for pair in own.cases.values() for text in pair)


def _of_field(field: Field) -> Iterator[str]:
    yield from (field.title, field.help, field.section)
    yield from (choice.title for choice in field.choices)


if __name__ == "__main__":
    main()

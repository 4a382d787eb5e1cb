"""Only the catalogue names order types; everything else asks their traits."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workorders.catalogue import CATALOGUE

ROOT = Path(__file__).parents[3]
FOLDERS = ("workorders", "sync", "geo", "mobile_api", "server")
ALLOWED = ("workorders/catalogue/", "workorders/messages/", "server/migrations/versions/")
"""The types themselves, the texts of their codes, and migrations, which speak of the past."""
OTHER_MEANINGS = {
    ("workorders/tables/metering.py", "meter_test"): "a table",
    ("workorders/ledger/guards.py", "meter_test"): "a table",
    ("workorders/policy/setting_schemas.py", "meter_test"): "the key of a setting in districts' rule sets",
    ("workorders/policy/setting_schemas.py", "reread"): "the key of a setting in districts' rule sets",
    ("workorders/policy/setting_schemas.py", "reconnect"): "the key of a setting in districts' rule sets",
    ("workorders/policy/setting_schemas.py", "turn_off"): "the key of a setting in districts' rule sets",
    ("workorders/policy/setting_schemas.py", "special_read"): "the key of a setting in districts' rule sets",
    ("workorders/policy/service_letters.py", "special_read"): "the key of a setting in districts' rule sets",
    ("workorders/policy/rule_fields.py", "door_tag"): "a kind of notice",
    ("workorders/policy/notices.py", "door_tag"): "a kind of notice",
    ("workorders/policy/billing_cycles.py", "door_tag"): "a kind of notice",
    ("workorders/queries/door_notices.py", "door_tag"): "a kind of notice",
    ("mobile_api/tablet/texts/en.js", "door_tag"): "a kind of notice",
    ("mobile_api/tablet/texts/es.js", "door_tag"): "a kind of notice",
    ("workorders/policy/fees.py", "reconnect"): "the code of a fee in districts' rule sets",
    ("mobile_api/tablet/lib/crypto.js", "verify"): "a usage of a key in Web Crypto",
}
"""(file, word) → what the word means there."""
WORD = re.compile(r"\b(?:" + "|".join(CATALOGUE) + r")\b")
EXACT = re.compile(r"""(?P<q>['"`])(?P<code>""" + "|".join(CATALOGUE) + r")(?P=q)")
KEY = re.compile(r"(?:^|[{,]\s*)(?P<code>" + "|".join(CATALOGUE) + r"):(?=\s)", re.MULTILINE)


def python_names(text: str) -> Iterator[str]:
    """Type codes in string literals other than docstrings: the whole literal, or a word not English."""
    tree = ast.parse(text)
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            for code in WORD.findall(node.value):
                if node.value == code or "_" in code:
                    yield code


def script_names(text: str) -> Iterator[str]:
    """Type codes as literals or keys of a script or template, or anywhere when they are no English."""
    for found in (*EXACT.finditer(text), *KEY.finditer(text)):
        yield found["code"]
    yield from (code for code in WORD.findall(text) if "_" in code)


def named(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    return python_names(text) if path.suffix == ".py" else script_names(text)


def sources() -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            where = path.relative_to(ROOT).as_posix()
            if path.suffix not in {".py", ".js", ".html"} or where.startswith(ALLOWED):
                continue
            if "/vendor/" not in where:
                yield where, path


def test_no_type_is_named_outside_the_catalogue() -> None:
    found = {(where, code) for where, path in sources() for code in named(path)}
    assert not found - OTHER_MEANINGS.keys(), "ask a trait of the type (workorders.judgement.traits)"
    assert not OTHER_MEANINGS.keys() - found, "this word is gone; take it off the list"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("CUT = 'disconnect_np'", ["disconnect_np"]),
        ('kinds = {"reconnect": 1}', ["reconnect"]),
        ("query(f'type = turn_on and {x}')", ["turn_on"]),
        ('"""About a turn_on."""\nx = "verify, then leave"', []),
        ("_meter_test_rows = 'meter_tests'", []),
    ],
)
def test_what_counts_as_a_name_in_python(text: str, codes: list[str]) -> None:
    assert list(python_names(text)) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('if (order.type === "exchange") {', ["exchange"]),
        ("{% if order.type == 'tamper' %}", ["tamper"]),
        ("const titles = { reread: 1 };", ["reread"]),
        ("await crypto.verify(key); // verify the exchange", []),
        ("settings.meter_test_profiles", []),
    ],
)
def test_what_counts_as_a_name_in_scripts_and_templates(text: str, codes: list[str]) -> None:
    assert list(script_names(text)) == codes

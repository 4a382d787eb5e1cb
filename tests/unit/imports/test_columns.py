"""Cells and their words; docs/imports.md says exactly what the schemas accept."""

import re
from pathlib import Path

import pytest
from marshmallow import ValidationError

from server.imports.accounts import AccountRow
from server.imports.kinds import KINDS
from server.imports.meters import MeterRow

DOCS = Path(__file__).parents[3] / "docs" / "imports.md"
ACCOUNT = {"account": "A1", "customer_name": "Demo customer 1"}
METER = {"serial": "CB1", "make": "Demo", "size": "5/8", "dials": "6"}


def columns_table(kind: str) -> str:
    """A Markdown table of a kind's columns, as docs/imports.md shows it."""
    lines = ["| column | needed | what it is |", "|---|---|---|"]
    for name, spec in KINDS[kind].schema().fields.items():
        lines.append(f"| `{name}` | {'yes' if spec.required else ''} | {spec.metadata['help']} |")
    return "\n".join(lines)


@pytest.mark.parametrize("kind", KINDS)
def test_the_documentation_lists_the_columns(kind: str) -> None:
    found = re.search(rf"^## `curbstop import {kind}`$(.*?)(?=^## |\Z)", DOCS.read_text(), re.M | re.S)
    assert found is not None
    assert columns_table(kind) in found[1]


@pytest.mark.parametrize(
    ("cell", "cents"), [("128.50", 12850), ("$1,128.5", 112850), ("-3", -300), ("0", 0), ("007.10", 710)]
)
def test_money_becomes_cents(cell: str, cents: int) -> None:
    assert AccountRow().load(ACCOUNT | {"opening_balance": cell})["opening_balance"] == cents


@pytest.mark.parametrize("cell", ["1.005", "12 50", "NaN", "Infinity", "1e30", "€5", "--1"])
def test_money_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AccountRow().load(ACCOUNT | {"opening_balance": cell})
    assert list(caught.value.messages_dict) == ["opening_balance"]


@pytest.mark.parametrize("cell", ["5.0", "1e1", "six", "2", "10", "٦x"])
def test_dials_are_a_whole_number_from_3_to_9(cell: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MeterRow().load(METER | {"dials": cell})
    assert list(caught.value.messages_dict) == ["dials"]


@pytest.mark.parametrize("cell", ["03/04/2026", "2026-02-30", "yesterday"])
def test_days_are_iso_only(cell: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MeterRow().load(METER | {"installed_on": cell})
    assert list(caught.value.messages_dict) == ["installed_on"]


@pytest.mark.parametrize(
    ("cell", "value"), [("Yes", True), ("x", True), ("TRUE", True), ("n", False), ("0", False)]
)
def test_yes_and_no_in_the_spellings_of_spreadsheets(cell: str, value: bool) -> None:
    assert AccountRow().load(ACCOUNT | {"check_ban": cell})["check_ban"] is value


def test_every_fault_of_a_row_is_reported() -> None:
    with pytest.raises(ValidationError) as caught:
        AccountRow().load({"status": "asleep", "tax_exempt": "perhaps", "customer_name": "x" * 201})
    assert set(caught.value.messages_dict) == {"account", "status", "tax_exempt", "customer_name"}

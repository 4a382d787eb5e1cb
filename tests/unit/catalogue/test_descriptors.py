"""The mechanism of the catalogue: discovery, malformed files, the documents and pages made of descriptors."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.unit.situations import EXTRA
from workorders.catalogue import CATALOGUE, catalogue_document, discover, order_type_of
from workorders.judgement.answers import check_extra
from workorders.judgement.consequences import Judgement
from workorders.judgement.descriptors import (
    OFFICE_ONLY,
    Choice,
    Field,
    FieldType,
    OrderType,
    check_order_type,
)
from workorders.judgement.forms import read
from workorders.judgement.unable import UNABLE_RULES
from workorders.judgement.visit import Visit
from workorders.messages.message import Message
from workorders.messages.texts import LANGUAGES
from workorders.messages.words import outcome_title, unable_title
from workorders.messages.words_en import UNABLE_REASONS
from workorders.policy.setting_schemas import SETTINGS
from workorders.problems import Problem
from workorders.queries.order_types_page import page
from workorders.usecases.district.publish_rules import sample_document

ROOT = Path(__file__).parents[3]
FIELD_KEYS = set(
    "name title type required help section choices unit min max only_if means".split()  # noqa: SIM905 - one line
)
WIRE_TYPES = {"text", "number", "read", "serial", "yes_no", "choice", "photo", "date", "flows"}


def nothing(_visit: Visit) -> Judgement:
    return Judgement("completed", Message("ack.posted"))


PLAIN = OrderType(
    code="dig",
    title="Dig",
    about="A hole.",
    skills=("water",),
    minutes=10,
    fields=(read(),),
    outcomes=(Choice("completed", "Done"),),
    unable_reasons=("dog",),
    judge=nothing,
)
YES_NO = Field(name="wet", title="Wet?", type=FieldType.YES_NO)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(PLAIN, code="Dig Hole"), "code"),
        (replace(PLAIN, title=""), "title"),
        (replace(PLAIN, minutes=0), "minutes"),
        (replace(PLAIN, outcomes=()), "outcome"),
        (replace(PLAIN, unable_reasons=("bored",)), "bored"),
        (replace(PLAIN, fields=(read(), read())), "twice"),
        (replace(PLAIN, fields=(read(), replace(YES_NO, only_if=("dry", True)))), "dry"),
        (replace(PLAIN, fields=(YES_NO, replace(read(), only_if=("wet", "yes")))), "cannot be"),
        (replace(PLAIN, fields=(read(), replace(YES_NO, type=FieldType.CHOICE))), "choices"),
        (replace(PLAIN, fields=(read(), replace(YES_NO, type=FieldType.CENTS))), "tablet"),
        (replace(PLAIN, fields=(read(), replace(YES_NO, means="mood"))), "mood"),
        (replace(PLAIN, fields=(read(), replace(YES_NO, min=3, max=2))), "min"),
        (replace(PLAIN, fields=()), "wants_read"),
        (replace(PLAIN, holds_unless="paid"), "paid"),
        (replace(PLAIN, fee_needs_photo=(("fee_x", "photo"),)), "photo"),
    ],
)
def test_a_descriptor_that_could_not_be_worked_is_refused(broken: OrderType, reason: str) -> None:
    check_order_type(PLAIN, UNABLE_RULES)
    with pytest.raises(ValueError, match=reason):
        check_order_type(broken, UNABLE_RULES)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package of order types that starts empty."""
    folder = tmp_path / "some_types"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [n for n in sys.modules if n.split(".")[0] == "some_types"]:
        del sys.modules[name]


GOOD = """
from dataclasses import replace
from workorders.catalogue.verify import ORDER_TYPE as VERIFY
ORDER_TYPE = replace(VERIFY, code={code!r}, follow_ons={follow_ons})
"""


def test_a_file_more_is_a_type_more(package: Path) -> None:
    (package / "dig.py").write_text(GOOD.format(code="dig", follow_ons="()"))
    assert list(discover(importlib.import_module("some_types"))) == ["dig"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = (", "SyntaxError"),
        ("raise RuntimeError('boom')", "boom"),
        ("x = 1", "ORDER_TYPE"),
        (GOOD.format(code="other", follow_ons="()"), "file's name"),
        (GOOD.format(code="dig", follow_ons="VERIFY.follow_ons"), "follow-on tamper"),
        (GOOD.format(code="dig", follow_ons="()") + "ORDER_TYPE = replace(ORDER_TYPE, minutes=0)", "minutes"),
    ],
)
def test_a_malformed_file_fails_at_import_and_is_named(package: Path, text: str, reason: str) -> None:
    (package / "dig.py").write_text(text)
    with pytest.raises(Problem) as found:
        discover(importlib.import_module("some_types"))
    assert found.value.code == "malformed_descriptor"
    assert found.value.details["file"] == "dig.py"
    assert reason in found.value.details["reason"]


def test_an_unknown_type_is_a_problem_that_names_the_known() -> None:
    with pytest.raises(Problem) as found:
        order_type_of("dig")
    assert found.value.code == "unknown_order_type"
    assert "turn_on" in found.value.advice


@pytest.mark.parametrize("order_type", CATALOGUE.values(), ids=list(CATALOGUE))
def test_the_document_of_a_type_is_what_tablets_were_promised(order_type: OrderType) -> None:
    document = order_type.as_document()
    assert list(document) == [
        "code",
        "title",
        "skills",
        "minutes",
        "wants_read",
        "extra",
        "fields",
        "unable_reasons",
        "outcomes",
        "collects_payment",
        "cuts",
        "door_checks",
        "pickups",
    ]
    for field in document["fields"]:
        assert field["type"] in WIRE_TYPES
        assert {"name", "title", "type", "required"} <= field.keys()
        assert field.keys() <= FIELD_KEYS
    for field in document["extra"]:
        assert field["type"] in WIRE_TYPES | set(OFFICE_ONLY)
        assert field["title"] != field["name"], "the tablet shows the title beside the answer"
    assert catalogue_document()[order_type.code] == document


@pytest.mark.parametrize("order_type", CATALOGUE.values(), ids=list(CATALOGUE))
def test_extra_input_refuses_unknown_missing_and_wrong_fields(order_type: OrderType) -> None:
    plain = EXTRA[order_type.code]
    first = next(iter(plain))
    broken_ones: list[tuple[dict[str, Any], str]] = [
        ({**plain, "colour": "blue"}, "extra.colour"),
        ({**plain, first: [object()]}, f"extra.{first}"),
    ]
    if any(one.required for one in order_type.extra):
        broken_ones.append(({k: v for k, v in plain.items() if k != first}, f"extra.{first}"))
    for broken, field in broken_ones:
        with pytest.raises(Problem) as found:
            check_extra(order_type, broken)
        assert found.value.code == "bad_input"
        assert str(found.value.details["field"]).startswith(field)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_reason_outcome_and_fee_has_words(language: str) -> None:
    for order_type in CATALOGUE.values():
        assert all(unable_title(r, language) != r for r in order_type.unable_reasons)
        assert all(outcome_title(c.value, language) != c.value for c in order_type.outcomes)
    assert set(UNABLE_REASONS) == set(UNABLE_RULES)
    fees = {f["code"] for f in sample_document()["fees"]}
    assert {code for t in CATALOGUE.values() for code in t.fees} <= fees


def test_the_page_of_order_types_is_up_to_date() -> None:
    assert (ROOT / "docs" / "order-types.md").read_text(encoding="utf-8") == page()


def test_the_sample_sets_every_setting_but_those_a_district_must_decide() -> None:
    sampled = {r["key"] for r in sample_document()["rules"] if r["kind"] == "setting"}
    assert set(SETTINGS) - sampled == {"late_fee", "lock_check", "yard"}


@pytest.mark.parametrize("order_type", CATALOGUE.values(), ids=lambda one: one.code)
def test_a_form_has_each_heading_once(order_type: OrderType) -> None:
    headings = [section for section, _fields in groupby(field.section for field in order_type.fields)]
    assert len(headings) == len(set(headings))

"""Every code that the program says has a text, and every text a code that is said."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

from workorders.catalogue import CATALOGUE
from workorders.judgement.event_schema import Unreadable
from workorders.messages import effects_en, sentences_en, timeline_en, words_en
from workorders.messages.words import ALSO, FORMS, TITLES
from workorders.policy.adjustments import KINDS as ADJUSTMENTS
from workorders.policy.agreements import Step
from workorders.policy.start_service import Start, Stop
from workorders.queries.timeline import KINDS

ROOT = Path(__file__).parents[3]
PACKAGES = ("workorders", "sync", "geo", "mobile_api", "server", "demo")
SIDES = ("left", "right")
METER_PLACES = ("in_stock", "in_van", "installed", "held", "retired")
SENTENCES = sentences_en.SENTENCES | timeline_en.TIMELINE | effects_en.EFFECTS
TEXTS = {
    **SENTENCES,
    **{f"case.{code}": text for code, (_, text) in words_en.CASES.items()},
    **{f"ack.{code}": text for code, text in words_en.ACKS.items()},
}
CODE = re.compile(r"[a-z]+\.(?!(?:id|html)$)[a-z_]*[a-z]")
"""`meter.id` and its like are columns, `problem.html` is a template."""
AGREEMENT_KINDS = ("applied", "waived", "ordered", "not_arranged", "left_off", "handed_off", "reverted")
BUILT = {
    *(f"timeline.{kind}" for kind in KINDS),
    *(f"timeline.case_{state}" for state in ("accepted", "rejected")),
    *(f"gate.{known.holds_unless}" for known in CATALOGUE.values() if known.holds_unless),
    *(f"meter.{status}" for status in METER_PLACES),
    *(f"rule.{kind}_{end}" for kind in ("hold", "provisional_hold") for end in ("until", "open")),
    *(f"quarantine.{code}" for code in ("malformed", "foreign", "newer_schema")),
    *(f"unplaced.{code}_skilled" for code in ("not_carried", "takes_no_stop")),
    *(f"way.{turn}_{side}" for turn in ("slight", "turn", "sharp", "arrive") for side in SIDES),
    *(f"way.ramp{side}{to}" for side in ("", "_left", "_right") for to in ("", "_to")),
    *(f"way.{turn}" for turn in ("continue", "u_turn", "merge", "arrive")),
    *(f"agreement.{step}" for step in (*Step, *AGREEMENT_KINDS)),
    *(f"starts_by.{how}" for how in Start),
    *(f"stops_by.{how}" for how in Stop),
    *(f"entry.{kind}" for kind in ADJUSTMENTS),
    "problem.day_start_off_network",
    "problem.day_start_cut_off",
    "ack.unable",
    "ack.held",
}
"""Codes put together from a word that another list holds."""


def _trees() -> Iterator[ast.Module]:
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            if "migrations" not in file.parts and "messages" not in file.parts:
                yield ast.parse(file.read_text())


def _literals() -> set[str]:
    return {
        node.value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _opened() -> set[str]:
    """Case codes that are opened by name."""
    return {
        node.args[0].value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) == "case"
    }


def test_every_code_that_is_said_has_a_text() -> None:
    kinds = {code.partition(".")[0] for code in TEXTS}
    said = {text for text in _literals() if text.partition(".")[0] in kinds and CODE.fullmatch(text)}
    assert (said | BUILT) - TEXTS.keys() == set()
    of_types = {code for order_type in CATALOGUE.values() for code in order_type.texts.cases}
    assert _opened() - words_en.CASES.keys() - of_types == set()


def test_every_text_has_a_code_that_is_said() -> None:
    literals = _literals()
    unsaid = {code for code in SENTENCES if code not in literals} - BUILT
    assert unsaid == set()
    assert {code for code in words_en.ACKS if f"ack.{code}" not in literals | BUILT} == set()
    reads = {"read_high", "read_low"}
    assert {code for code in words_en.CASES if code not in literals} - reads == set()


def test_every_parameter_is_shown_in_a_form_that_there_is() -> None:
    for code, text in TEXTS.items():
        for _, name, form, _ in string.Formatter().parse(text):
            if name is not None:
                assert form in FORMS or form in TITLES, (code, form)
                assert name.isidentifier(), (code, name)
                assert name != ALSO, code
    for table in TITLES.values():
        assert table, table


def test_an_unreadable_document_says_why_under_its_code() -> None:
    assert Unreadable("newer_schema", version=3, known=1).message.code == "quarantine.newer_schema"

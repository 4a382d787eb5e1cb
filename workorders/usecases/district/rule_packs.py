"""Sample rule packs: dated rules and texts made after a law, with each sentence that they hold or do not.

A pack is no legal advice: the district's counsel decides what it publishes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.times import PLANNED_AHEAD, checked_day
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.tables import Rule
from workorders.usecases.administration.audit import note_change
from workorders.usecases.district.adopt_rules import adopt_rules

HELD = ("rule", "text", "report", "part", "no")
"""How a sentence is held: by a dated rule, by a text, by a report, in part, or not at all."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a law in our words, where it stands, and what holds it."""

    id: str
    cite: str
    says: str
    held: str
    how: str


@dataclass(frozen=True, slots=True)
class RulePack:
    """A pack as its file has it; `document` is publishable with a day from which on it holds."""

    code: str
    title: str
    place: str
    applies: str
    sources: Sequence[str]
    sentences: Sequence[Sentence]
    document: Mapping[str, Any]


def rule_packs() -> list[RulePack]:
    """Every pack, by title."""
    folder = resources.files("workorders.policy.packs")
    files = [one for one in folder.iterdir() if one.name.endswith(".json")]
    return sorted((_pack(one.read_text(encoding="utf-8")) for one in files), key=lambda pack: pack.title)


def pack_named(code: str) -> RulePack:
    """The pack of that code. Raises Problem `not_found`."""
    for pack in rule_packs():
        if pack.code == code:
            return pack
    raise Problem("not_found", what="rule pack", key=code)


def document_of(pack: RulePack, effective_from: date) -> dict[str, Any]:
    """The pack as a rule document, to be edited or published."""
    return {**pack.document, "effective_from": effective_from.isoformat()}


def adopt_pack(session: Session, code: str, *, effective_from: date, now: datetime, actor: str) -> int:
    """Publish a pack as the next rule set, with a line in the audit; answers its version.

    What it does not name stays as it is. Raises Problem `not_found`, and `bad_input` for a day that is past,
    too far ahead, or from which one of its rules has a row already.
    """
    pack = pack_named(code)
    today = district_of(session).day_of(now)
    checked_day(effective_from, field="effective_from")
    if effective_from < today:
        raise Problem("bad_input", field="effective_from", reason="it lies in the past")
    if effective_from > today + PLANNED_AHEAD:
        raise Problem("bad_input", field="effective_from", reason="it is more than three years ahead")
    document = document_of(pack, effective_from)
    rows = session.execute(select(Rule.kind, Rule.key).where(Rule.effective_from == effective_from))
    dated = {(row[0], row[1]) for row in rows}
    if any((line["kind"], line["key"]) in dated for line in document["rules"]):
        reason = "a rule of the pack already has a row from that day on; choose another day"
        raise Problem("bad_input", field="effective_from", reason=reason)
    version = adopt_rules(session, document, now=now)
    changes = {"effective_from": (None, effective_from.isoformat()), "rule_set": (None, version)}
    note_change(session, f"rules:{code}", "rule_pack", now=now, actor=actor, changes=changes, reason=None)
    return version


def _pack(text: str) -> RulePack:
    given = json.loads(text)
    return RulePack(
        code=given["code"],
        title=given["title"],
        place=given["place"],
        applies=given["applies"],
        sources=tuple(given["sources"]),
        sentences=tuple(Sentence(**one) for one in given["sentences"]),
        document=given["document"],
    )

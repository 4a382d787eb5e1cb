"""Rules and fees published as the next rule set; and the sample a new district starts with."""

import json
from datetime import date, datetime
from importlib import resources
from typing import Any

from sqlalchemy.orm import Session

from workorders.policy.rule_schemas import parse_rule
from workorders.problems import Problem
from workorders.queries.rules import latest_version
from workorders.queries.rules_cache import note_published
from workorders.tables import Fee, Rule, RuleSet

_LINE_KEYS = {"rules": ("kind", "key", "value"), "fees": ("code", "title", "cents", "trigger")}


FEE_TRIGGERS = ("dispatch", "visit", "cut", "completion", "returned_item", "notice", "application")


def load_sample_rules(session: Session, *, now: datetime) -> int:
    """Publish the sample rules as rule set 1 unless rules exist; answers the version in force.

    The figures are samples for an operator to edit (`sample_rules.json`), not the law of any place.
    """
    version = latest_version(session)
    if version:
        return version
    return publish_rules(session, sample_document(), now=now)


def publish_rules(session: Session, document: dict[str, Any], *, now: datetime) -> int:
    """Publish a document of rules and fees as the next rule set and answer its version.

    `document`: `{"note", "effective_from", "rules": [{"kind", "key", "value"}], "fees": [{"code", "title",
    "cents", "trigger", "exempt_rate_classes"}]}`; a line's own `effective_from` wins. All or nothing: Problem
    `bad_input` names the first line that is wrong before any row is added.
    """
    check_shape(document)
    version = latest_version(session) + 1
    default = _day(document.get("effective_from"), "effective_from")
    rows: list[Rule | Fee] = []
    for line in document.get("rules", ()):
        parse_rule(line["kind"], line["key"], line["value"])
        day = (
            _day(line["effective_from"], f"rule.{line['kind']}.{line['key']}")
            if "effective_from" in line
            else default
        )
        rows.append(
            Rule(
                kind=line["kind"], key=line["key"], effective_from=day, value=line["value"], rule_set=version
            )
        )
    rows.extend(_fee(line, default, version) for line in document.get("fees", ()))
    session.add(RuleSet(version=version, published_at=now, note=str(document.get("note", ""))))
    session.flush()
    session.add_all(rows)
    session.flush()
    note_published(session)
    return version


def check_shape(document: Any) -> None:
    """Lists of objects with the keys that publishing reads; anything else is named by its place."""
    if not isinstance(document, dict):
        raise Problem("bad_input", field="rules", reason="the document must be a JSON object")
    for part, keys in {
        "rules": ("kind", "key", "value"),
        "fees": ("code", "title", "cents", "trigger"),
    }.items():
        lines = document.get(part, [])
        if not isinstance(lines, list):
            raise Problem("bad_input", field=part, reason="must be a list")
        for number, line in enumerate(lines, 1):
            missing = [key for key in keys if not isinstance(line, dict) or key not in line]
            if missing:
                raise Problem(
                    "bad_input", field=f"{part}, line {number}", reason=f"needs {', '.join(missing)}"
                )
    unknown = document.keys() - {"note", "effective_from", "rules", "fees"}
    if unknown:
        raise Problem("bad_input", field=min(unknown), reason="is no part of a rule document")


def sample_document() -> dict[str, Any]:
    """The sample rules as they are published."""
    text = resources.files("workorders.policy").joinpath("sample_rules.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _fee(line: dict[str, Any], default: date, version: int) -> Fee:
    where = f"fee.{line.get('code')}"
    cents = line.get("cents")
    if not isinstance(cents, int) or isinstance(cents, bool) or cents < 0:
        raise Problem("bad_input", field=f"{where}.cents", reason="cents are a whole number, 0 or more")
    if line.get("trigger") not in FEE_TRIGGERS:
        raise Problem("bad_input", field=f"{where}.trigger", reason=f"triggers are {', '.join(FEE_TRIGGERS)}")
    day = _day(line["effective_from"], where) if "effective_from" in line else default
    return Fee(
        code=line["code"],
        title=line["title"],
        effective_from=day,
        amount_cents=cents,
        trigger=line["trigger"],
        exempt_rate_classes=list(line.get("exempt_rate_classes", ())),
        rule_set=version,
    )


def _day(value: Any, where: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Problem("bad_input", field=where, reason="effective_from is a day, as 2026-03-01") from None

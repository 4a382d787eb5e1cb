"""A preview of changed rules: asked for by an administrator, taken up by the worker, kept for a while."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import RuleRow
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.fee_preview import last_month
from workorders.queries.rule_preview import Found
from workorders.tables import RulePreview
from workorders.usecases.district.publish_rules import check_shape

KEPT = 30
"""Previews that are kept; older ones go."""
WAITING = ("waiting", "running")


def ask_preview(session: Session, document: Any, *, name: str, now: datetime, actor: str) -> RulePreview:
    """Ask what the rules of a document would have done to last month; its days and fees are left aside.

    Raises Problem `bad_input` naming the line that is wrong, or when there is no rule in it.
    """
    check_shape(document)
    rules = [{key: line[key] for key in ("kind", "key", "value")} for line in document.get("rules", ())]
    if not rules:
        raise Problem("bad_input", field="rules", reason="there is no rule in it")
    changed_rules(rules)
    first, last = last_month(district_of(session).day_of(now))
    made = RulePreview(
        name=name[:80],
        rules=rules,
        state="waiting",
        asked_at=now,
        asked_by=actor[:80],
        first=first,
        last=last,
        found={},
    )
    session.add(made)
    session.flush()
    newest = select(RulePreview.id).order_by(RulePreview.id.desc()).limit(KEPT)
    kept = set(session.scalars(newest))
    session.execute(delete(RulePreview).where(RulePreview.id < min(kept)))
    return made


def changed_rules(rules: list[Any]) -> list[RuleRow]:
    """The rules of a preview as the rule book has them. Raises Problem `bad_input`."""
    return [
        RuleRow(
            line["kind"],
            line["key"],
            date.min,
            parse_rule(line["kind"], line["key"], line["value"]),
        )
        for line in rules
    ]


def begin_preview(session: Session, *, now: datetime) -> RulePreview | None:
    """The oldest that waits, or that a worker began before it was ended; None when there is none."""
    waiting = select(RulePreview).where(RulePreview.state.in_(WAITING)).order_by(RulePreview.id).limit(1)
    found = session.scalar(waiting.with_for_update())
    if found is not None:
        found.state, found.begun_at = "running", now
        session.flush()
    return found


def end_preview(session: Session, number: int, found: Found | None, *, now: datetime) -> None:
    """Keep what was found; None: it failed."""
    preview = session.get(RulePreview, number, with_for_update=True)
    if preview is None:
        return
    preview.state, preview.ended_at = "failed" if found is None else "ready", now
    if found is not None:
        preview.found = dict(as_json(found))
    session.flush()


def as_json(found: Found) -> Mapping[str, Any]:
    """What was found, to be kept."""
    measures = sorted(found.before.keys() | found.after.keys())
    return {
        "accounts": found.accounts,
        "measures": [[one, found.before[one], found.after[one]] for one in measures],
        "differ": [
            [account, what, *(day.isoformat() if day else None for day in days)]
            for account, what, *days in found.differ
        ],
        "more": found.more,
    }

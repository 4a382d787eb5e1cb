"""What other rules would have done to last month, on a district whose debts and payments are known."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.cash_steps import paid_at_the_door
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.test_turn_ins import refused
from tests.integration.usecases.world import NOW
from workorders.policy.rulebook import RuleRow
from workorders.queries.rule_preview import Found, preview_rules
from workorders.tables import Rule, RulePreview
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.district.rule_previews import ask_preview, begin_preview, changed_rules, end_preview

FIRST, LAST = world.TODAY - timedelta(days=10), world.TODAY + timedelta(days=20)
LATER = NOW + timedelta(days=40)


def rule(session: Session, kind: str, key: str, **changed: Any) -> list[dict[str, Any]]:
    """A published rule with some of its parts changed, as a document has it."""
    row = session.scalars(select(Rule).where(Rule.kind == kind, Rule.key == key)).one()
    return [{"kind": kind, "key": key, "value": {**row.value, **changed}}]


def found(session: Session, lines: list[dict[str, Any]]) -> Found:
    rests: list[None] = []
    rows: list[RuleRow] = changed_rules(lines)
    return preview_rules(session, rows, FIRST, LAST, now=LATER, rest=lambda: rests.append(None))


def test_the_same_rules_make_no_difference(session: Session) -> None:
    same = found(session, rule(session, "setting", "notice_steps"))
    assert same.accounts > 0
    assert same.before == same.after
    assert sum(same.before.values()) > 0
    assert same.differ == []


def test_later_notices_and_fewer_cuts(session: Session) -> None:
    steps = rule(session, "setting", "notice_steps", minimum_cents=10_000_000)
    fewer = found(session, steps)
    assert any(what.startswith("notice_") for what in fewer.before)
    assert not any(what.startswith("notice_") for what in fewer.after)
    account, what, day, after = fewer.differ[0]
    assert (account[0], what.startswith("notice_"), isinstance(day, date), after) == ("A", True, True, None)
    cuts = found(session, rule(session, "cut_rules", "water", minimum_cents=10_000_000))
    assert cuts.before["cut"] > 0
    assert cuts.after["cut"] == 0


def test_a_payment_calls_a_cut_off_by_one_policy_and_not_by_another(session: Session) -> None:
    world.sent(session, "disconnect_np", 1, "t01")
    record_payment(session, "p1", "A1", world.DEBT - 500, "counter", now=NOW, actor="casey")
    session.commit()
    kinder = found(session, rule(session, "setting", "cut_satisfaction", tolerance_cents=500))
    assert (kinder.before["called_off"], kinder.after["called_off"]) == (0, 1)
    assert ("A1", "called_off", None, world.TODAY) in kinder.differ


def test_money_at_the_door_under_another_payment_policy(session: Session) -> None:
    paid_at_the_door(session, Tablet("t01"), 1, 5_000)
    strict = found(session, rule(session, "payment_policy", "default", policy="forbidden"))
    assert (strict.before["door_taken"], strict.after["door_taken"]) == (1, 0)
    seen = found(session, rule(session, "payment_policy", "default", field_review_cents=4_999))
    assert (seen.before["door_reviewed"], seen.after["door_reviewed"]) == (0, 1)


@pytest.fixture
def asked(session: Session) -> RulePreview:
    lines = rule(session, "setting", "cut_satisfaction", tolerance_cents=500)
    return ask_preview(session, {"rules": lines}, name="kinder", now=NOW, actor="ada")


def test_a_preview_is_taken_up_once_and_kept(session: Session, asked: RulePreview) -> None:
    assert (asked.first.day, asked.last + timedelta(days=1)) == (1, world.TODAY.replace(day=1))
    begun = begin_preview(session, now=NOW)
    assert begun is asked
    assert asked.state == "running"
    end_preview(session, asked.id, Found(accounts=7), now=NOW)
    assert (asked.state, asked.found["accounts"], begin_preview(session, now=NOW)) == ("ready", 7, None)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "rules"),
        ({"rules": []}, "rules"),
        ({"rules": [{"kind": "setting"}]}, "rules, line 1"),
        ({"rules": [{"kind": "setting", "key": "aging", "value": {"days": [3, 2]}}]}, "setting.aging"),
    ],
)
def test_a_document_that_could_not_be_published_is_refused(
    session: Session, document: Any, field: str
) -> None:
    problem = refused(session, lambda: ask_preview(session, document, name="x", now=NOW, actor="ada"))
    assert problem.code == "bad_input"
    assert field in str(problem.details["field"])

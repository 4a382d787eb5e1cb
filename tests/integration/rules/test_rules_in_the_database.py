"""Rules and fees published into, and loaded from, a migrated database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.db import session_factory
from tests.integration.scale.statements import recorded
from tests.unit.situations import BOOK
from workorders.problems import Problem
from workorders.queries.rules import load_rule_book
from workorders.queries.rules_cache import rule_book
from workorders.tables import Fee, Rule, RuleSet
from workorders.usecases.district.publish_rules import load_sample_rules, publish_rules, sample_document

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TODAY = NOW.date()


def test_the_sample_is_published_once_and_loads_as_it_was(session: Session) -> None:
    assert load_rule_book(session).version == 0
    assert load_sample_rules(session, now=NOW) == 1
    assert load_sample_rules(session, now=NOW) == 1
    session.commit()
    session.expire_all()
    assert load_rule_book(session) == BOOK


def test_a_new_rule_set_keeps_the_old_rows(session: Session) -> None:
    load_sample_rules(session, now=NOW)
    fee = {"code": "connect", "title": "Connection", "cents": 3000, "trigger": "completion"}
    document = {"note": "spring", "effective_from": "2026-04-01", "rules": [], "fees": [fee]}
    assert publish_rules(session, document, now=NOW) == 2
    book = load_rule_book(session)
    assert book.version == 2
    assert [book.in_force(d).fees["connect"].amount_cents for d in (date(2026, 3, 31), date(2026, 4, 1))] == [
        2500,
        3000,
    ]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (
            {"rules": [{"kind": "geofence", "key": "default", "value": {"radius": 5}}]},
            "rule.geofence.default.radius",
        ),
        ({"fees": [{"code": "x", "title": "X", "cents": -1, "trigger": "cut"}]}, "fee.x.cents"),
        ({"fees": [{"code": "x", "title": "X", "cents": 1, "trigger": "moon"}]}, "fee.x.trigger"),
        ({"effective_from": "soon"}, "effective_from"),
    ],
)
def test_a_bad_line_publishes_nothing(session: Session, part: dict[str, Any], field: str) -> None:
    good = {"code": "y", "title": "Y", "cents": 1, "trigger": "cut"}
    document = {"note": "", "effective_from": "2026-01-01", "rules": [], "fees": [good]} | part
    with pytest.raises(Problem) as found:
        publish_rules(session, document, now=NOW)
    assert str(found.value.details["field"]).startswith(field)
    session.commit()
    counts = [session.scalar(select(func.count()).select_from(t)) for t in (RuleSet, Rule, Fee)]
    assert counts == [0, 0, 0]


def test_a_row_spoilt_by_hand_is_named_when_it_is_loaded(session: Session) -> None:
    load_sample_rules(session, now=NOW)
    row = session.scalars(select(Rule).where(Rule.kind == "geofence")).one()
    row.value = {"radius_m": "far"}
    session.flush()
    with pytest.raises(Problem, match=r"rule\.geofence\.default\.radius_m"):
        load_rule_book(session)


def test_rules_that_were_never_committed_leave_nothing_behind(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        publish_rules(session, sample_document(), now=NOW)
    with sessions() as session:
        publish_rules(session, _lock_checks(60), now=NOW)
        assert rule_book(session).in_force(TODAY).setting("lock_check") == {"days": 60}
        session.rollback()
    with sessions.begin() as session:
        publish_rules(session, _lock_checks(90), now=NOW)
    with sessions() as session:
        assert rule_book(session).in_force(TODAY).setting("lock_check") == {"days": 90}


def test_a_transaction_goes_by_one_book_and_asks_for_it_once(engine: Engine) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        publish_rules(session, _lock_checks(60), now=NOW)
    with session_factory(engine, read_only=True)() as session, recorded(engine) as recorder:
        first = rule_book(session)
        recorder.clear()
        books = [rule_book(session) for _ in range(3)]
        assert recorder.sent == []
        session.rollback()
        assert rule_book(session) is first
        assert len(recorder.sent) == 1
    assert all(book is first for book in books)
    with sessions() as session:
        assert _days(session) == 60
        publish_rules(session, _lock_checks(90, "2026-02-01"), now=NOW)
        assert _days(session) == 90
        with session.begin_nested() as inner:
            publish_rules(session, _lock_checks(30, "2026-02-02"), now=NOW)
            assert _days(session) == 30
            inner.rollback()
        assert _days(session) == 90
        session.commit()
        assert _days(session) == 90


def _days(session: Session) -> int:
    days: int = rule_book(session).in_force(TODAY).setting("lock_check")["days"]
    return days


def _lock_checks(days: int, starts: str = "2026-01-01") -> dict[str, Any]:
    line = {"kind": "setting", "key": "lock_check", "value": {"days": days}}
    return {"note": "As many lines each time", "effective_from": starts, "rules": [line]}

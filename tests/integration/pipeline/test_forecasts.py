"""Cut rules with a temperature limit: no forecast, no cut; and a cut is judged by what was known then."""

from datetime import date, timedelta
from typing import Any

import pytest

from sync.pipeline.publish import publish_pending
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import Sessions, document
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW, TODAY, take
from workorders.problems import Problem
from workorders.tables import Order
from workorders.usecases.district.forecasts import record_forecasts
from workorders.usecases.district.publish_rules import publish_rules, sample_document

TOMORROW = TODAY + timedelta(days=1)
EARLIER = NOW - timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_cuts_in_frost(sessions: Sessions) -> None:
    [water] = [r for r in sample_document()["rules"] if (r["kind"], r["key"]) == ("cut_rules", "water")]
    limited: dict[str, Any] = water | {"value": water["value"] | {"minimum_forecast_c": 0.0}}
    with sessions.begin() as session:
        publish_rules(session, {"effective_from": TODAY.isoformat(), "rules": [limited]}, now=NOW)


def forecast(sessions: Sessions, lows: dict[date, float], *, hours: float = 0) -> None:
    with sessions.begin() as session:
        record_forecasts(session, lows, now=EARLIER + timedelta(hours=hours))


def send(sessions: Sessions) -> str:
    with sessions.begin() as session:
        return world.sent(session, "disconnect_np", 1).number


def days(store: SqlStore, number: str) -> list[str]:
    windows = document(store, "t01", f"order:{number}")["authority"]["windows"]
    return [window["day"] for window in windows]


def cut(sessions: Sessions, number: str, *, hours: float) -> tuple[str | None, set[str]]:
    """The outcome and the cases of a cut made so long after NOW."""
    with sessions.begin() as session:
        order = session.get_one(Order, number)
        event = Tablet().completed(order, answers.cut(1), at=NOW + timedelta(hours=hours))
        verdict = take(session, event)
        return order.outcome, set(verdict.codes)


def test_without_a_forecast_no_cut_is_sent_out_and_the_reason_is_said(sessions: Sessions) -> None:
    with pytest.raises(Problem) as refused:
        send(sessions)
    assert refused.value.code == "cut_not_allowed"
    assert "No forecast is known for Mar 2, 2026" in refused.value.words


def test_frost_forbids_the_cut(sessions: Sessions) -> None:
    forecast(sessions, {TODAY: -0.5})
    with pytest.raises(Problem, match=r"\b31°F"):
        send(sessions)


def test_the_tablet_gets_only_days_whose_forecast_is_known_and_warm(
    sessions: Sessions, store: SqlStore
) -> None:
    forecast(sessions, {TODAY: 4.0})
    number = send(sessions)
    publish_pending(sessions, store, clock=lambda: LATER)
    assert days(store, number) == [TODAY.isoformat()], "tomorrow's forecast is not known"
    forecast(sessions, {TOMORROW: 2.0}, hours=2)
    publish_pending(sessions, store, clock=lambda: LATER)
    assert days(store, number) == [TODAY.isoformat(), TOMORROW.isoformat()]
    forecast(sessions, {TODAY: -3.0}, hours=3)
    publish_pending(sessions, store, clock=lambda: LATER)
    assert days(store, number) == [TOMORROW.isoformat()], "a newer forecast reaches the tablet"


def test_a_cut_is_judged_by_the_forecast_that_was_known_when_it_was_made(sessions: Sessions) -> None:
    forecast(sessions, {TODAY: 4.0})
    number = send(sessions)
    forecast(sessions, {TODAY: -3.0}, hours=2.5)
    assert cut(sessions, number, hours=1) == ("completed", set())


def test_a_cut_against_the_forecast_is_wrongful_and_says_so(sessions: Sessions) -> None:
    forecast(sessions, {TODAY: 4.0})
    number = send(sessions)
    forecast(sessions, {TODAY: -3.0}, hours=1.5)
    outcome, codes = cut(sessions, number, hours=1)
    assert outcome == "wrongful_cut"
    assert {"wrongful_cut", "cut_on_forbidden_day"} <= codes

"""Who is on duty, from what tablets report of the day, on both engines."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, take
from workorders.queries.field_days import DaySaid, on_duty

HOUR = timedelta(hours=1)


def reported(session: Session, tablet: Tablet, body: dict[str, Any]) -> str:
    """The tablet reports its day, about no order; answers the verdict."""
    document = tablet.event("day", world.sent(session, "reread", 1), body)
    return take(session, document | {"order": None, "epoch": None}).status


def test_the_newest_state_of_the_day_counts(session: Session) -> None:
    tablet = Tablet()
    for state in ("signed_on", "break", "back", "break"):
        assert reported(session, tablet, {"state": state}) == "posted"
    span = {"since": NOW - HOUR, "until": NOW + 12 * HOUR}
    found = on_duty(session, ["t01", "t02"], **span)
    assert {name: duty.state for name, duty in found.items()} == {"t01": "break"}
    assert reported(
        session, tablet, {"state": "signed_off", "worked_s": 28_000, "custody_cents": {"cash": 4_500}}
    )
    assert on_duty(session, ["t01"], **span)["t01"].state == "signed_off"
    assert on_duty(session, ["t01"], since=NOW + 12 * HOUR, until=NOW + 36 * HOUR) == {}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {
                "worked_s": 28_000,
                "break_s": 1_800.4,
                "metres": 66_000,
                "custody_cents": {"cash": 4_500, "check": 12_850},
                "receipts": ["T01-000001", "T01-000002"],
                "open": ["W000001"],
            },
            DaySaid(28_000, 1_800, 66_000, 17_350, 2, ("W000001",)),
        ),
        ({}, DaySaid(None, None, None, None, 0, ())),
        (
            {
                "worked_s": "8 h",
                "break_s": -1,
                "metres": None,
                "custody_cents": {"cash": 1e300, "check": [1]},
                "receipts": 7,
                "open": ["", 7],
            },
            DaySaid(None, None, None, 0, 0, ()),
        ),
    ],
)
def test_what_a_tablet_says_at_the_end_of_the_day_is_read(
    session: Session, body: dict[str, Any], said: DaySaid
) -> None:
    assert reported(session, Tablet(), {"state": "signed_off"} | body) == "posted"
    assert on_duty(session, ["t01"], since=NOW - HOUR, until=NOW + 12 * HOUR)["t01"].said == said


def test_a_state_that_there_is_not_is_quarantined(session: Session) -> None:
    tablet = Tablet()
    for body in ({}, {"state": "asleep"}, {"state": ["break"]}):
        assert reported(session, tablet, body) == "quarantined"

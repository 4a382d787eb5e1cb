"""Two plans of a day beside one another: who gets what, and which promises are met or missed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from geo.schedule.plan_changes import Asked, PlanChanges, plan_changes

EIGHT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
MIDNIGHT = EIGHT + timedelta(hours=16)
NOTHING = Asked(None, None, None)


def minutes(count: int) -> datetime:
    return EIGHT + timedelta(minutes=count)


def plan(**routes: list[tuple[str, int]]) -> dict[str, Any]:
    """Technician → (order, start in minutes after eight); a stop takes 20, a drive 10."""
    return {
        "routes": [
            {
                "technician": who,
                "back": minutes(stops[-1][1] + 30).isoformat(),
                "drive_s": 600 * (len(stops) + 1),
                "overtime_s": 0,
                "visits": [
                    {
                        "order": number,
                        "start": minutes(start).isoformat(),
                        "finish": minutes(start + 20).isoformat(),
                    }
                    for number, start in stops
                ],
            }
            for who, stops in routes.items()
        ],
        "unplaced": [],
    }


def compared(one: dict[str, Any], other: dict[str, Any], **asked: Asked) -> PlanChanges:
    numbers = {
        visit["order"] for made in (one, other) for route in made["routes"] for visit in route["visits"]
    } | {left["order"] for made in (one, other) for left in made["unplaced"]}
    return plan_changes(one, other, {n: asked.get(n, NOTHING) for n in sorted(numbers)}, day_ends=MIDNIGHT)


def test_the_same_plan_twice_changes_nothing() -> None:
    made = plan(t01=[("A", 0), ("B", 40)])
    found = compared(made, made)
    assert found.orders == ()
    assert found.one == found.other
    assert [person.same for person in found.people] == [True]


def test_an_order_that_changes_hands_is_named_on_both_sides() -> None:
    found = compared(plan(t01=[("A", 0), ("B", 40)]), plan(t01=[("A", 0)], t02=[("B", 40)]))
    assert [change.number for change in found.orders] == ["B"]
    people = {person.technician: person for person in found.people}
    assert people["t01"].loses == ("B",)
    assert people["t02"].gains == ("B",)
    assert (people["t02"].one.stops, people["t02"].other.stops) == (0, 1)
    assert found.other.drive_s - found.one.drive_s == 600


def test_a_quarter_of_an_hour_is_what_a_customer_notices() -> None:
    assert compared(plan(t01=[("A", 0)]), plan(t01=[("A", 14)])).orders == ()
    (change,) = compared(plan(t01=[("A", 0)]), plan(t01=[("A", 15)])).orders
    assert change.one is not None
    assert change.other is not None
    assert change.other.start == minutes(15)


def test_promises_are_counted_and_what_is_lost_comes_first() -> None:
    asked = {
        "A": Asked(minutes(10), None, None),
        "B": Asked(None, minutes(50), None),
        "C": Asked(None, None, minutes(30)),
    }
    found = compared(
        plan(t01=[("A", 0), ("B", 40)], t02=[("C", 20)]),
        plan(t01=[("B", 0), ("A", 40)], t02=[("C", 60)]),
        **asked,
    )
    assert dict(found.one.missed) == {"appointment": 0, "promise": 1, "response": 0}
    assert dict(found.other.missed) == {"appointment": 1, "promise": 0, "response": 1}
    assert [change.number for change in found.orders] == ["A", "C", "B"]
    assert found.orders[0].newly_missed == {"appointment"}
    assert found.orders[2].newly_met == {"promise"}


def test_what_is_not_placed_misses_what_the_day_would_have_had_to_meet() -> None:
    asked = {"A": Asked(None, MIDNIGHT + timedelta(days=1), None), "B": Asked(minutes(10), None, None)}
    nothing = {"routes": [], "unplaced": [{"order": "A"}, {"order": "B"}]}
    found = compared(plan(t01=[("A", 0), ("B", 0)]), nothing, **asked)
    assert [(change.number, set(change.newly_missed)) for change in found.orders] == [
        ("B", {"appointment"}),
        ("A", set()),
    ]
    assert (found.one.unplaced, found.other.unplaced) == (0, 2)


def test_a_stop_without_a_time_breaks_nothing() -> None:
    untimed = plan(t01=[("A", 0)])
    untimed["routes"][0]["visits"][0] |= {"start": None, "finish": None}
    untimed["routes"][0]["back"] = None
    found = compared(untimed, plan(t01=[("A", 0)]), A=Asked(minutes(-10), None, None))
    assert found.one.missed["appointment"] == 0
    assert found.orders[0].newly_missed == {"appointment"}

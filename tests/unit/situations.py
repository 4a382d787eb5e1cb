"""A service point with its meter, reads, account and order, and a visit to it, to be varied by each test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workorders.catalogue import CATALOGUE, judge
from workorders.facts import (
    AccountFacts,
    AssignmentFacts,
    EventFacts,
    MeterFacts,
    NoticeFacts,
    OrderFacts,
    ReadFacts,
    ServicePointFacts,
)
from workorders.judgement.consequences import Consequence, Judgement, OpenException
from workorders.judgement.situation import Situation
from workorders.policy.rule_schemas import parse_rule
from workorders.policy.rulebook import FeeRow, RuleBook, RuleRow
from workorders.usecases.district.publish_rules import sample_document

NOW = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
"""A Monday, 10 o'clock in Chicago: a day and an hour when cuts are allowed."""
RAISED = NOW - timedelta(days=3)
MONTH = timedelta(days=30)


def sample_book(*rules: RuleRow, fees: tuple[FeeRow, ...] = (), version: int = 1) -> RuleBook:
    """The sample rules, and more dated rows on top."""
    document = sample_document()
    since = date.fromisoformat(document["effective_from"])
    known = tuple(
        RuleRow(r["kind"], r["key"], since, parse_rule(r["kind"], r["key"], r["value"]))
        for r in document["rules"]
    )
    schedule = tuple(
        FeeRow(
            f["code"], f["title"], since, f["cents"], f["trigger"], tuple(f.get("exempt_rate_classes", ()))
        )
        for f in document["fees"]
    )
    return RuleBook(version, known + rules, schedule + fees)


BOOK = sample_book()


def rule(
    kind: str, key: str, value: dict[str, Any], since: date = date(2021, 1, 1), rule_set: int = 1
) -> RuleRow:
    """A dated rule row, checked."""
    return RuleRow(kind, key, since, parse_rule(kind, key, value), rule_set)


METER = MeterFacts("CB100", "water", "5/8", 6, 1, "gal", "installed", installed_at="SP-1")
SPARE = MeterFacts("CB200", "water", "5/8", 6, 1, "gal", "in_van", van_technician="t01")


def history(
    meter: MeterFacts = METER, *, months: int = 12, monthly: int = 6000, start: int = 100_000
) -> tuple[ReadFacts, ...]:
    """Monthly reads of a steady household, the last a month before NOW."""
    return tuple(
        ReadFacts(
            meter.serial,
            NOW - MONTH * (months - i),
            (start + monthly * i) % 10**meter.dials,
            "actual",
            f"cycle-{i}",
            billed=True,
        )
        for i in range(months)
    )


LAST = history()[-1].value
"""The last read on record; a month later the dials should show about 6,000 more."""

ACCOUNT = AccountFacts(
    "A1",
    balance_cents=12_850,
    owed_since=date(2026, 1, 5),
    notices=(
        NoticeFacts(1, "past_due", date(2026, 2, 2), date(2026, 4, 1), 12_850),
        NoticeFacts(2, "final", date(2026, 2, 16), date(2026, 4, 1), 12_850),
    ),
)

EXTRA: dict[str, dict[str, Any]] = {
    "turn_on": {"start_date": "2026-03-02", "fees_paid": True, "deposit_cents": 10_000},
    "turn_off": {"stop_date": "2026-03-02"},
    "reread": {"flag_reason": "high"},
    "meter_test": {"kind": "customer_request", "deposit_cents": 7_500},
    "exchange": {"reason": "age"},
    "disconnect_np": {"checks_allowed": True},
    "reconnect": {"payment_satisfied": True},
    "verify": {"reason": "survey"},
    "investigate": {"complaint": "leak"},
    "tamper": {"reason": "report"},
    "new_set": {"fees_paid": True, "application": "APP-12", "tap_ready": True, "van_stock": "CB200"},
    "removal": {"reason": "demolished"},
    "door_tag": {"notice_ids": [3], "amount_cents": 12_850},
    "backflow_locate": {"on_record": "None"},
    "special_read": {"reading_route": "R12"},
}


def situation(type_: str, **changes: Any) -> Situation:
    """An order of a type on the way to its technician. Keys `order_…`, `point_…`, `account_…` go inside."""
    order = OrderFacts(
        number="W1",
        type=type_,
        state="dispatched",
        epoch=1,
        requested_at=RAISED,
        extra=EXTRA[type_],
        technician="t01",
        assignments=(AssignmentFacts(1, "t01", RAISED),),
    )
    point = ServicePointFacts("SP-1", "water", "5/8", "on", position=(-98.6, 39.1))
    given: dict[str, Any] = {"installed": METER, "meters": {m.serial: m for m in (METER, SPARE)}}
    given |= {"account": ACCOUNT, "reads": history(), "book": BOOK}
    inside: dict[str, dict[str, Any]] = {"order": {}, "point": {}, "account": {}}
    for key, value in changes.items():
        group, _, name = key.partition("_")
        (inside[group] if group in inside and name else given)[name if group in inside and name else key] = (
            value
        )
    if given["account"] is not None:
        given["account"] = replace(given["account"], **inside["account"])
    return Situation(
        order=replace(order, **inside["order"]),
        service_point=replace(point, **inside["point"]),
        timezone="America/Chicago",
        **given,
    )


ANSWERS: dict[str, dict[str, Any]] = {
    "turn_on": {"serial_seen": "CB100", "read": LAST + 40, "dial_moving": False, "left_on": True},
    "turn_off": {"serial_seen": "CB100", "read": LAST + 6000, "left_on": False, "lock": "L77"},
    "reread": {
        "serial_seen": "CB100",
        "read": LAST + 6000,
        "dial_moving": False,
        "meter_condition": "good",
        "photo": "photo.jpg",
    },
    "meter_test": {
        "serial_seen": "CB100",
        "standard": "Standard 4",
        "calibrated_on": "2026-01-10",
        "flows": [
            {"gpm": 0.25, "as_found": {"meter": 9.9, "standard": 10.0}},
            {"gpm": 2, "as_found": {"meter": 10.0, "standard": 10.0}},
            {"gpm": 15, "as_found": {"meter": 100.2, "standard": 100.0}},
        ],
    },
    "exchange": {
        "old_there": True,
        "old_serial": "CB100",
        "old_read": LAST + 6000,
        "condition": "worn",
        "photo_old": "photo_old.jpg",
        "new_in": True,
        "new_serial": "CB200",
        "new_read": 12,
        "new_dials": 6,
        "photo_new": "photo_new.jpg",
        "left_on": True,
        "seal": "S9",
    },
    "disconnect_np": {
        "contact": "nobody",
        "proof_shown": False,
        "cut_made": True,
        "serial_seen": "CB100",
        "read": LAST + 6000,
        "cut_method": "curb_stop",
        "lock": "L77",
        "photo": "photo.jpg",
        "tag_left": True,
    },
    "reconnect": {
        "serial_seen": "CB100",
        "read": LAST + 40,
        "somebody_home": True,
        "dial_moving": False,
        "left_on": True,
    },
    "verify": {
        "status": "on",
        "serial_seen": "CB100",
        "read": LAST + 6000,
        "photo_serial": "photo_serial.jpg",
    },
    "investigate": {
        "serial_seen": "CB100",
        "read": LAST + 6000,
        "leak_dial_moving": False,
        "side": "none",
    },
    "tamper": {
        "serial_seen": "CB100",
        "photo_before": "photo_before.jpg",
        "photo_after": "photo_after.jpg",
        "bypass_kind": "none",
        "left_on": True,
    },
    "new_set": {
        "site_ready": True,
        "new_serial": "CB200",
        "new_read": 3,
        "new_dials": 6,
        "photo_new": "photo_new.jpg",
        "left_on": False,
        "lock": "L9",
    },
    "removal": {
        "old_there": True,
        "old_serial": "CB100",
        "old_read": LAST + 6000,
        "condition": "worn",
        "photo_old": "photo_old.jpg",
        "meter_goes": "scrap",
        "capped": "capped",
        "photo_capped": "photo_capped.jpg",
    },
    "door_tag": {"delivered": "posted", "photo": "photo.jpg"},
    "backflow_locate": {
        "found": True,
        "device_serial": "BF-77",
        "kind": "rp",
        "size": "1",
        "condition": "good",
        "photo": "photo.jpg",
    },
    "special_read": {"could_read": True, "serial_seen": "CB100", "read": LAST + 6000},
}
"""A visit of each type on which nothing is odd."""


def visit(type_: str, answers: dict[str, Any] | None = None, **changes: Any) -> EventFacts:
    """A completion of a type by t01; `answers` are laid over the plain visit's, None takes one away."""
    merged = ANSWERS[type_] | (answers or {})
    answered = {k: v for k, v in merged.items() if v is not None}
    body = {"outcome": outcome_of(type_, answered), "answers": answered}
    photos = frozenset(v for v in merged.values() if isinstance(v, str) and v.endswith(".jpg"))
    given: dict[str, Any] = {"body": body, "attachments": photos} | changes
    return event("completed", **given)


def outcome_of(type_: str, answers: Mapping[str, Any]) -> str:
    """The outcome that a technician who gave these answers would choose."""
    outcomes = CATALOGUE[type_].outcomes
    fits = (c for c in outcomes if c.needs is None or answers.get(c.needs[0], c.needs[1]) == c.needs[1])
    return next(fits, outcomes[0]).value


def event(kind: str, body: dict[str, Any] | None = None, **changes: Any) -> EventFacts:
    """An event of technician t01 at the premise, now, with the rules of today."""
    given: dict[str, Any] = {
        "id": "event:ab12:00000007",
        "kind": kind,
        "occurred_at": NOW,
        "technician": "t01",
        "body": body or {},
        "epoch": 1,
        "seen_seq": 10,
        "rule_set": 1,
        "skills": ("water", "meter_test"),
        "position": (-98.6, 39.1),
        "accuracy_m": 8.0,
    } | changes
    return EventFacts(**given)


def judged(type_: str, answers: dict[str, Any] | None = None, /, **changes: Any) -> Judgement:
    """Judge a completion; `event_…` keys change the event, the others the situation."""
    on_event = {k.removeprefix("event_"): v for k, v in changes.items() if k.startswith("event_")}
    others = {k: v for k, v in changes.items() if not k.startswith("event_")}
    return judge(situation(type_, **others), visit(type_, answers, **on_event))


def of(judgement: Judgement, kind: type[Consequence]) -> list[Any]:
    """The consequences of a kind."""
    return [c for c in judgement.consequences if isinstance(c, kind)]


def cases(judgement: Judgement) -> dict[str, OpenException]:
    """The cases by code."""
    return {c.code: c for c in judgement.exceptions}

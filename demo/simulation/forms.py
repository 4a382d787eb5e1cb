"""What a technician fills in for every type of order, rightly or wrongly, from the document on the tablet."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from demo.played_day.forms import likely_read
from demo.simulation.storage import Document

Answers = dict[str, Any]


def _seen(document: Document) -> Answers:
    return {"serial_seen": document["meter"]["serial"], "read": likely_read(document)}


def _exchange(document: Document, serial: str) -> Answers:
    return {
        "old_there": True,
        "old_serial": document["meter"]["serial"],
        "old_read": likely_read(document),
        "condition": "worn",
        "photo_old": "photo_old.jpg",
        "new_in": True,
        "new_serial": serial,
        "new_read": 0,
        "new_dials": 6,
        "photo_new": "photo_new.jpg",
        "left_on": True,
    }


def _cut(document: Document) -> Answers:
    return {
        "contact": "nobody",
        "proof_shown": False,
        "cut_made": True,
        **_seen(document),
        "cut_method": "curb_stop",
        "lock": "L77",
        "photo": "photo.jpg",
        "tag_left": True,
    }


def _meter_test(document: Document, today: date) -> Answers:
    return {
        "serial_seen": document["meter"]["serial"],
        "standard": "Standard 4",
        "calibrated_on": (today - timedelta(days=30)).isoformat(),
        "flows": [
            {"gpm": 0.25, "as_found": {"meter": 9.9, "standard": 10.0}},
            {"gpm": 2, "as_found": {"meter": 10.0, "standard": 10.0}},
            {"gpm": 15, "as_found": {"meter": 100.2, "standard": 100.0}},
        ],
    }


def _removal(document: Document) -> Answers:
    return {
        "old_there": True,
        "old_serial": document["meter"]["serial"],
        "old_read": likely_read(document),
        "condition": "worn",
        "photo_old": "photo_old.jpg",
        "meter_goes": "scrap",
        "capped": "capped",
        "photo_capped": "photo_capped.jpg",
    }


def right_answers(document: Document, serial: str, today: date) -> Answers | None:
    """The answers of a plain visit; None when the form cannot be filled in (no meter on record)."""
    kind = document["type"]
    if kind in _WITHOUT_METER:
        return dict(_WITHOUT_METER[kind])
    if document["meter"] is None:
        return None
    long: dict[str, Callable[[], Answers]] = {
        "exchange": lambda: _exchange(document, serial),
        "disconnect_np": lambda: _cut(document),
        "meter_test": lambda: _meter_test(document, today),
        "removal": lambda: _removal(document),
    }
    return long[kind]() if kind in long else _seen(document) | _SHORT.get(kind, {})


_WITHOUT_METER: dict[str, Answers] = {
    "door_tag": {"delivered": "posted", "photo": "photo.jpg"},
    "backflow_locate": {
        "found": True,
        "device_serial": "BF-77",
        "kind": "rp",
        "size": "1",
        "condition": "good",
        "photo": "photo.jpg",
    },
}
_SHORT: dict[str, Answers] = {
    "turn_on": {"dial_moving": False, "left_on": True},
    "turn_off": {"left_on": False, "lock": "L77"},
    "reread": {"dial_moving": False, "meter_condition": "good", "photo": "photo.jpg"},
    "reconnect": {"somebody_home": True, "dial_moving": False, "left_on": True},
    "verify": {"status": "on", "photo_serial": "photo_serial.jpg"},
    "investigate": {"leak_dial_moving": False, "side": "none"},
    "tamper": {
        "photo_before": "before.jpg",
        "photo_after": "after.jpg",
        "bypass_kind": "none",
        "left_on": True,
    },
    "special_read": {"could_read": True},
}


def wrong_answers(answers: Answers, dice: random.Random, others: list[str]) -> Answers:
    """The same form with something wrong: another serial, a strange read, a contradiction, no photo."""
    wrong = dict(answers)
    serials = [name for name in ("serial_seen", "old_serial", "new_serial") if name in wrong]
    reads = [name for name in ("read", "old_read") if name in wrong]
    kind = dice.randrange(4)
    if kind == 0 and serials and others:
        wrong[dice.choice(serials)] = dice.choice(others)
    elif kind == 1 and reads:
        wrong[dice.choice(reads)] = dice.choice((7, 999_999))
    elif kind == 2 and "left_on" in wrong:
        wrong["left_on"] = not wrong["left_on"]
    else:
        wrong = {name: value for name, value in wrong.items() if not str(value).endswith(".jpg")}
    return wrong


def outcome_of(kind: str, answers: Answers) -> str:
    """How a technician who gave these answers says it ended."""
    return "collected" if kind == "disconnect_np" and answers.get("cut_made") is False else "completed"


def photos_of(answers: Answers) -> tuple[str, ...]:
    """The photos that the answers name."""
    return tuple(value for value in answers.values() if isinstance(value, str) and value.endswith(".jpg"))

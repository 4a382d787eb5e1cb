"""What technicians of the demo day fill in, from the order documents on their tablets. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

Document = dict[str, Any]

PHOTO = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0"
    "Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8A"
    "KwD/2Q=="
)
"""A JPEG of one grey pixel, base64."""
FLOWS = ((0.25, 10.0, 9.85), (2.0, 50.0, 49.95), (15.0, 100.0, 100.1))
"""Gallons a minute, volume of the standard, volume of the meter: a 5/8 meter that passes."""


def likely_read(document: Document) -> int:
    """What the dials show at the visit: within what the order expects, else the last read.

    The expected span may run past the end of the register.
    """
    expected, reads = document["expected"], document["reads"]
    if document["service_point"]["state"] != "on" or expected is None:
        return int(reads[-1]["value"])
    size = 10 ** document["meter"]["dials"]
    span = (expected["high"] - expected["low"]) % size
    return int((expected["low"] + span // 3) % size)


def completion(answers: dict[str, Any], now: datetime, *, left: str | None = None) -> dict[str, Any]:
    """A completion's body; the answers that every completion repeats are taken from `answers`."""
    return {
        "outcome": "collected" if answers.get("cut_made") is False else "completed",
        "arrived_at": _instant(now - timedelta(minutes=12)),
        "started_at": _instant(now - timedelta(minutes=10)),
        "finished_at": _instant(now),
        "serial_seen": answers.get("serial_seen", answers.get("old_serial")),
        "read": answers.get("read", answers.get("old_read")),
        "left": left,
        "seal": answers.get("seal"),
        "lock": answers.get("lock"),
        "remarks": answers.get("remarks"),
        "answers": answers,
    }


def exchange(document: Document, new_serial: str) -> dict[str, Any]:
    """Old meter out, new one from the van in."""
    return {
        "old_there": True,
        "old_serial": document["meter"]["serial"],
        "old_read": likely_read(document),
        "condition": "worn",
        "photo_old": "photo_old.jpg",
        "new_in": True,
        "new_serial": new_serial,
        "new_read": 0,
        "photo_new": "photo_new.jpg",
        "left_on": True,
    }


def turn_on(document: Document) -> dict[str, Any]:
    """Turned on for who moves in; the dial stands still."""
    return {**_seen(document), "dial_moving": False, "left_on": True, "seal": "DEMO-SEAL-1"}


def reread(document: Document) -> dict[str, Any]:
    """Read again, with a photo."""
    return {**_seen(document), "dial_moving": False, "meter_condition": "good", "photo": "photo.jpg"}


def collected(document: Document) -> dict[str, Any]:
    """The customer pays at the door; nothing is cut."""
    return {
        "contact": "customer",
        "proof_shown": False,
        "cut_made": False,
        "serial_seen": document["meter"]["serial"],
    }


def cut(document: Document) -> dict[str, Any]:
    """Nobody home: cut, locked and tagged."""
    return {
        "contact": "nobody",
        "proof_shown": False,
        "cut_made": True,
        **_seen(document),
        "cut_method": "curb_stop",
        "lock": "DEMO-LOCK-1",
        "photo": "photo.jpg",
        "tag_left": True,
    }


def meter_test(document: Document, today: date) -> dict[str, Any]:
    """Tested in place at every flow."""
    return {
        **_seen(document),
        "standard": "Demo standard 1",
        "calibrated_on": (today - timedelta(days=30)).isoformat(),
        "flows": [
            {"gpm": gpm, "as_found": {"meter": meter, "standard": standard}, "as_left": None}
            for gpm, standard, meter in FLOWS
        ],
    }


def unable(now: datetime) -> dict[str, Any]:
    """The gate is shut."""
    return {
        "reason": "no_access",
        "arrived_at": _instant(now - timedelta(minutes=5)),
        "finished_at": _instant(now),
        "read": None,
        "serial_seen": None,
        "remarks": "Demo: gate locked, nobody answers.",
        "answers": {},
    }


def photos(answers: dict[str, Any]) -> dict[str, str]:
    """The attachments that the photo answers name."""
    return {name: PHOTO for name in answers.values() if isinstance(name, str) and name.endswith(".jpg")}


def _seen(document: Document) -> dict[str, Any]:
    return {"serial_seen": document["meter"]["serial"], "read": likely_read(document)}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

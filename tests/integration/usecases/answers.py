"""What a technician answers in the forms of the test district's orders."""

from typing import Any


def cut(household: int, value: int = 149_000) -> dict[str, Any]:
    """Answers of a disconnect that was made."""
    return {
        "contact": "nobody",
        "proof_shown": False,
        "cut_made": True,
        "serial_seen": f"M{household}",
        "read": value,
        "cut_method": "curb_stop",
        "lock": f"L{household}",
        "photo": "photo.jpg",
        "tag_left": True,
    }


def reread(household: int, value: int = 149_000) -> dict[str, Any]:
    """Answers of a reread."""
    return {
        "serial_seen": f"M{household}",
        "read": value,
        "dial_moving": False,
        "meter_condition": "good",
        "photo": "photo.jpg",
    }


def exchange(household: int, new: str, value: int = 149_000) -> dict[str, Any]:
    """Answers of an exchange of the household's meter for `new`."""
    return {
        "old_there": True,
        "old_serial": f"M{household}",
        "old_read": value,
        "condition": "worn",
        "photo_old": "photo_old.jpg",
        "new_in": True,
        "new_serial": new,
        "new_read": 0,
        "new_dials": 6,
        "photo_new": "photo_new.jpg",
        "left_on": True,
    }


def on(household: int, value: int = 149_000) -> dict[str, Any]:
    """Answers of a service turned on or restored."""
    return {
        "serial_seen": f"M{household}",
        "read": value,
        "dial_moving": False,
        "somebody_home": True,
        "left_on": True,
    }

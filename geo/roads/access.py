"""Where and in which direction OpenStreetMap lets a motor vehicle drive. Pure rules on plain dictionaries.

Sources: the OpenStreetMap wiki pages Key:access, Key:oneway and Conditional restrictions
(https://wiki.openstreetmap.org).

A road network knows no hours. What a street forbids at some hours of the day or days of the week counts at
all hours, and what it allows only then does not count: nobody may be sent there on a guess. Conditions about
the season, the weather or a vehicle's weight and size close nothing.
"""

import re
from collections.abc import Mapping

Tags = Mapping[str, str]

MODES = ("motorcar", "motor_vehicle", "vehicle", "access")
"""The most particular key that is present decides (Key:access, "transport mode hierarchy")."""
FORWARD, BACKWARD = "forward", "backward"

_OPEN = frozenset(
    {"yes", "permissive", "designated", "public", "official", "unknown", "service", "toll", "allowed"}
)
_RESTRICTED = frozenset(
    (
        *("private", "customers", "destination", "delivery", "permit", "residents", "discouraged"),
        *("employees", "staff", "members", "visitors"),
    )
)
_STRICTNESS = ("open", "restricted", "closed")
_CLAUSE = re.compile(r"([^@;]+)@\s*(\([^)]*\)|[^;]+)")
_HOURS = re.compile(r"\d:\d\d|\b(?:mo|tu|we|th|fr|sa|su|ph|sh)\b|sunrise|sunset|dawn|dusk", re.IGNORECASE)
_OTHER_VEHICLES = re.compile(
    r"\b(?:weight|weightrating|height|length|width|axleload|axles|hazmat|trailer|hgv)\b", re.IGNORECASE
)


def at_some_hours(text: str) -> list[str]:
    """The values that a `…:conditional` tag puts in force for a van at some hours of the day or week."""
    return [
        value.strip()
        for value, condition in _CLAUSE.findall(text)
        if _HOURS.search(condition) and not _OTHER_VEHICLES.search(condition)
    ]


def access(tags: Tags, direction: str = "") -> str:
    """ "open", "restricted" (may be entered to work there) or "closed", by the narrowest tag that speaks.

    `direction`: FORWARD or BACKWARD along the way as it is drawn; "" asks about the tags without one.
    """
    said: list[str] = []
    for mode in MODES:
        names = [f"{mode}:{direction}", mode] if direction else [mode]
        for name in names:
            said += at_some_hours(tags.get(f"{name}:conditional", ""))
            if name in tags:
                return _strictest([*said, tags[name]])
    return _strictest(said)


def explicitly_open(tags: Tags) -> bool:
    """Does a tag of its own let vehicles in, be it in one direction?"""
    return any(
        f"{mode}{suffix}" in tags and _meaning(tags[f"{mode}{suffix}"]) != "closed"
        for mode in MODES[:3]
        for suffix in ("", f":{FORWARD}", f":{BACKWARD}")
    )


def oneway(tags: Tags, implied: str) -> tuple[bool, bool]:
    """May it be driven (along, against) as far as its oneway tags say? `implied`: what holds without any."""
    said: list[str] = []
    base = implied
    for key in (*(f"oneway:{mode}" for mode in MODES[:3]), "oneway"):
        said += at_some_hours(tags.get(f"{key}:conditional", ""))
        if key in tags:
            base = tags[key]
            break
    ways = [_directions(value) for value in (base, *said)]
    return all(along for along, _ in ways), all(against for _, against in ways)


def _directions(value: str) -> tuple[bool, bool]:
    if value in ("yes", "1", "true"):
        return True, False
    if value in ("-1", "reverse"):
        return False, True
    return (False, False) if value == "reversible" else (True, True)


def _strictest(values: list[str]) -> str:
    return max((_meaning(value) for value in values), key=_STRICTNESS.index, default="open")


def _meaning(text: str) -> str:
    value = text.split(";", maxsplit=1)[0].strip().lower()
    if value in _OPEN:
        return "open"
    return "restricted" if value in _RESTRICTED else "closed"

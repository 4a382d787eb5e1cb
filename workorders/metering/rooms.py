"""Where a meter is: in the warehouse, on a van, at a service point, on the test bench, or retired. Pure."""

from dataclasses import dataclass

from workorders.problems import Problem, Reason

WAREHOUSE, VAN, POINT, BENCH, RETIRED = "in_stock", "in_van", "installed", "held", "retired"
ROOMS = (WAREHOUSE, VAN, POINT, BENCH, RETIRED)
"""Codes of the rooms, as a meter's status keeps them."""
BY_HAND = (WAREHOUSE, VAN, BENCH, RETIRED)
"""Where a person may put a meter; only a visit puts one at a service point and takes it from there."""
COUNTED = (WAREHOUSE, VAN, BENCH)
"""Rooms that somebody counts."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A room, and of a van whose it is. Raises Problem `bad_input` when the two do not go together."""

    room: str
    van: str | None = None

    def __post_init__(self) -> None:
        if self.room not in ROOMS:
            raise Problem("bad_input", field="place", reason=Reason("there is no such place"))
        if (self.room == VAN) != bool(self.van):
            raise Problem(
                "bad_input", field="place", reason=Reason("a van has a technician, nothing else has")
            )

    @property
    def key(self) -> str:
        """As forms and addresses write it: `in_stock`, `in_van:t01`."""
        return self.room if self.van is None else f"{self.room}:{self.van}"


def place_from_key(key: str) -> Place:
    """The place of a key. Raises Problem `bad_input` naming the field `place`."""
    room, _colon, van = key.partition(":")
    return Place(room, van or None)


def check_transfer(serial: str, here: Place, there: Place) -> None:
    """Whether a meter may be carried from `here` to `there`.

    Raises Problem `meter_not_movable` for one that is installed or retired, and `bad_input` when it is there
    already or is to be put at a service point.
    """
    if here.room not in COUNTED:
        raise Problem("meter_not_movable", serial=serial, room=here.room)
    _check_target(serial, here, there)


def check_correction(serial: str, here: Place, there: Place) -> None:
    """Whether the records may be made to say `there` instead of `here`, which was wrong.

    What is installed by the records is corrected by a visit (`verify`, `removal`), never from the office.
    Raises Problem `meter_not_movable` and `bad_input` as `check_transfer`.
    """
    if here.room == POINT:
        raise Problem("meter_not_movable", serial=serial, room=here.room)
    _check_target(serial, here, there)


def _check_target(serial: str, here: Place, there: Place) -> None:
    if there.room not in BY_HAND:
        raise Problem(
            "bad_input", field="place", reason=Reason("a meter comes to a service point by an order")
        )
    if here == there:
        raise Problem("bad_input", field="place", reason=Reason("{serial} is there already", serial=serial))


@dataclass(frozen=True, slots=True)
class Compared:
    """What a blind count and the records say against each other, by serial."""

    missing: tuple[str, ...]
    """Here by the records, not seen."""
    unexpected: tuple[str, ...]
    """Seen, on record somewhere else."""
    unknown: tuple[str, ...]
    """Seen, on no record."""


def compare(seen: frozenset[str], here: frozenset[str], known: frozenset[str]) -> Compared:
    """A count against the records; `known` are those of `seen` that have any record."""
    return Compared(
        tuple(sorted(here - seen)),
        tuple(sorted((seen & known) - here)),
        tuple(sorted(seen - known - here)),
    )

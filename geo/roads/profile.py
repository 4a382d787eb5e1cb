"""How a service vehicle drives: speeds by road class and the seconds that turns, signals and gates cost.

The figures are a service van's in an American town: typical free-flow speeds, set so that trips through a
city take a tenth longer than Valhalla 3.9 says for a car (median of 550 trips in Columbus, Ohio; half of
them between 4 and 16 % longer). A district that knows better passes its own profile when it builds.
"""

from dataclasses import dataclass, field

# The position of a class in this tuple is its code in a network file: append, never reorder.
ROAD_CLASSES: tuple[str, ...] = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "road",
    "service",
    "alley",
    "driveway",
    "parking_aisle",
    "track",
    "ferry",
)

CLASS_CODE: dict[str, int] = {name: code for code, name in enumerate(ROAD_CLASSES)}

# Nobody works a premise from a freeway or a ferry: such segments are driven on, never snapped to.
NO_STOPPING: frozenset[str] = frozenset({"motorway", "motorway_link", "ferry"})

_SPEEDS_KMH: dict[str, float] = {
    "motorway": 100,
    "motorway_link": 55,
    "trunk": 80,
    "trunk_link": 45,
    "primary": 61,
    "primary_link": 38,
    "secondary": 55,
    "secondary_link": 35,
    "tertiary": 48,
    "tertiary_link": 30,
    "unclassified": 42,
    "residential": 34,
    "living_street": 12,
    "road": 30,
    "service": 18,
    "alley": 12,
    "driveway": 10,
    "parking_aisle": 10,
    "track": 15,
    "ferry": 10,
}


@dataclass(frozen=True, slots=True)
class DrivingProfile:
    """Speeds in km/h and delays in seconds that a network is built with. Raises ValueError when unusable.

    `limit_share`: the part of a posted limit that is driven on average. `unpaved_share`: factor on roads
    without a hard surface. `restricted_entry_s`: a gate or a "private" sign; large enough that nobody
    cuts through private streets, small enough that a stop inside is reached.
    """

    speeds_kmh: dict[str, float] = field(default_factory=lambda: dict(_SPEEDS_KMH))
    limit_share: float = 0.85
    unpaved_share: float = 0.7
    right_turn_s: float = 2.5
    left_turn_s: float = 5.0
    u_turn_s: float = 25.0
    dead_end_turn_s: float = 10.0
    signal_s: float = 5.0
    stop_sign_s: float = 3.0
    gate_s: float = 15.0
    restricted_entry_s: float = 60.0
    drives_on_right: bool = True

    def __post_init__(self) -> None:
        missing = set(ROAD_CLASSES) - self.speeds_kmh.keys()
        unknown = self.speeds_kmh.keys() - set(ROAD_CLASSES)
        if missing or unknown:
            raise ValueError(f"speeds_kmh: missing {sorted(missing)}, unknown {sorted(unknown)}")
        if not all(3 <= kmh <= 200 for kmh in self.speeds_kmh.values()):
            raise ValueError("speeds_kmh: every speed must lie between 3 and 200 km/h")
        if not (0.3 <= self.limit_share <= 1.2 and 0.1 <= self.unpaved_share <= 1):
            raise ValueError("limit_share must lie in 0.3–1.2 and unpaved_share in 0.1–1")
        delays = (
            self.right_turn_s,
            self.left_turn_s,
            self.u_turn_s,
            self.dead_end_turn_s,
            self.signal_s,
            self.stop_sign_s,
            self.gate_s,
            self.restricted_entry_s,
        )
        if not all(0 <= seconds <= 3600 for seconds in delays):
            raise ValueError("every delay must lie between 0 and 3600 seconds")

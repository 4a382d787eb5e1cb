"""What OpenStreetMap tags mean for a service vehicle."""

import pytest

from geo.network.profile import CLASS_CODE, ROAD_CLASSES, DrivingProfile
from geo.network.tags import NodeRules, access, directions, read_node, read_way, road_class, speed_kmh


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        ("35 mph", 56.3),
        ("25mph", 40.2),
        ("10 knots", 18.5),
        ("80 km/h", 80.0),
        ("walk", 6.0),
        ("55 mph;45 mph", 88.5),
        ("none", None),
        ("signals", None),
        ("US:urban", None),
        ("", None),
        ("0", None),
        ("-30", None),
        ("nan", None),
        ("inf", None),
        ("5000", None),
    ],
)
def test_a_posted_limit_is_read_in_its_unit(text: str, kmh: float | None) -> None:
    assert speed_kmh(text) == (kmh if kmh is None else pytest.approx(kmh, abs=0.06))


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reverse"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "reversible"}, (False, False)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
    ],
)
def test_oneway_says_which_directions_are_open(tags: dict[str, str], expected: tuple[bool, bool]) -> None:
    assert directions(tags, "residential") == expected


def test_a_motorway_is_oneway_unless_it_says_otherwise() -> None:
    assert directions({}, "motorway") == (True, False)
    assert directions({"oneway": "no"}, "motorway") == (True, True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "open"),
        ({"access": "no"}, "closed"),
        ({"access": "no", "motor_vehicle": "yes"}, "open"),
        ({"access": "yes", "motorcar": "no"}, "closed"),
        ({"access": "private"}, "restricted"),
        ({"vehicle": "destination"}, "restricted"),
        ({"motor_vehicle": "agricultural"}, "closed"),
        ({"access": "permissive"}, "open"),
    ],
)
def test_the_most_particular_access_key_decides(tags: dict[str, str], expected: str) -> None:
    assert access(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, "residential"),
        ({"highway": "service", "service": "alley"}, "alley"),
        ({"highway": "service", "service": "drive-through"}, "service"),
        ({"highway": "service", "service": "emergency_access"}, None),
        ({"highway": "footway"}, None),
        ({"highway": "construction"}, None),
        ({"highway": "alley"}, None),
        ({"highway": "track"}, None),
        ({"highway": "track", "motor_vehicle": "permissive"}, "track"),
        ({"highway": "pedestrian"}, None),
        ({"highway": "residential", "area": "yes"}, None),
        ({"route": "ferry", "motor_vehicle": "yes"}, "ferry"),
        ({"route": "ferry"}, None),
        ({"building": "yes"}, None),
    ],
)
def test_only_roads_for_vehicles_have_a_class(tags: dict[str, str], expected: str | None) -> None:
    assert road_class(tags) == expected


def test_speeds_come_from_the_limit_else_from_the_class_and_suffer_from_gravel() -> None:
    profile = DrivingProfile()
    plain = read_way({"highway": "residential"}, profile)
    assert plain is not None
    assert plain.forward_kmh == profile.speeds_kmh["residential"]
    posted = read_way({"highway": "residential", "maxspeed": "40", "maxspeed:backward": "20"}, profile)
    assert posted is not None
    assert (posted.forward_kmh, posted.backward_kmh) == pytest.approx((34.0, 17.0))
    gravel = read_way({"highway": "residential", "maxspeed": "40", "surface": "gravel"}, profile)
    assert gravel is not None
    assert gravel.forward_kmh == pytest.approx(40 * 0.85 * 0.7)


def test_a_way_nobody_may_drive_is_left_out() -> None:
    assert read_way({"highway": "residential", "access": "no"}, DrivingProfile()) is None
    assert read_way({"highway": "residential", "oneway": "reversible"}, DrivingProfile()) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "traffic_signals"}, NodeRules(signal=True)),
        ({"highway": "stop"}, NodeRules(stop_sign=True)),
        ({"barrier": "bollard"}, NodeRules(blocks=True)),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, None),
        ({"barrier": "gate"}, NodeRules(gate=True)),
        ({"barrier": "gate", "access": "no"}, NodeRules(blocks=True)),
        ({"barrier": "kerb"}, None),
        ({"highway": "crossing"}, None),
    ],
)
def test_nodes_delay_or_block(tags: dict[str, str], expected: NodeRules | None) -> None:
    assert read_node(tags) == expected


def test_class_codes_are_stable_in_network_files() -> None:
    assert CLASS_CODE["motorway"] == 0
    assert CLASS_CODE["residential"] == 11
    assert len(set(ROAD_CLASSES)) == len(ROAD_CLASSES)


@pytest.mark.parametrize(
    "wrong",
    [{"limit_share": 0.0}, {"signal_s": -1.0}, {"speeds_kmh": {"motorway": 100.0}}, {"u_turn_s": 1e9}],
)
def test_an_unusable_profile_is_refused_at_once(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must lie|missing"):
        DrivingProfile(**wrong)  # type: ignore[arg-type]  # each case is one wrong setting of another type

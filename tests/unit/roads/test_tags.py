"""What OpenStreetMap tags mean for a service vehicle."""

import pytest

from geo.roads.access import access, at_some_hours
from geo.roads.profile import CLASS_CODE, ROAD_CLASSES, DrivingProfile
from geo.roads.tags import NodeRules, directions, duration_s, read_node, read_way, road_class, speed_kmh


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
        ({"oneway:vehicle": "yes"}, (True, False)),
        ({"oneway:motorcar": "-1"}, (False, True)),
        ({"oneway": "no", "oneway:motorcar": "yes"}, (True, False)),
        ({"oneway:vehicle": "-1", "oneway:motorcar": "yes"}, (True, False)),
        ({"oneway:bicycle": "no", "oneway": "yes"}, (True, False)),
        ({"oneway:hgv": "yes"}, (True, True)),
        ({"oneway": "alternating"}, (True, True)),
        # What holds at some hours: only what is open at all of them.
        ({"oneway:conditional": "yes @ (Mo-Fr 07:00-09:00)"}, (True, False)),
        ({"oneway": "yes", "oneway:conditional": "-1 @ (16:00-19:00)"}, (False, False)),
        ({"oneway": "yes", "oneway:conditional": "no @ (20:00-06:00)"}, (True, False)),
        ({"oneway:motorcar": "no", "oneway:conditional": "yes @ (07:00-09:00)"}, (True, True)),
        ({"oneway:conditional": "reversible @ (07:00-09:00)"}, (False, False)),
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
        ({"access": "private;delivery"}, "restricted"),
        ({"motor_vehicle": "discouraged"}, "restricted"),
        ({"access": "no", "vehicle": "no", "motorcar": "destination"}, "restricted"),
        ({"hgv": "no"}, "open"),
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00, 15:00-17:00)"}, "closed"),
        ({"access:conditional": "no @ Su"}, "closed"),
        ({"motor_vehicle": "yes", "access:conditional": "no @ Su"}, "open"),
        ({"motor_vehicle": "no", "motor_vehicle:conditional": "delivery @ (06:00-10:00)"}, "closed"),
        ({"motor_vehicle:conditional": "destination @ (22:00-06:00); no @ weight>7.5"}, "restricted"),
        ({"access:conditional": "no @ (07:00-09:00 AND weight>3.5)"}, "open"),
        ({"access:conditional": "no @ (Nov-Mar)"}, "open"),
        ({"access:conditional": "no @ snow"}, "open"),
    ],
)
def test_the_most_particular_access_key_decides(tags: dict[str, str], expected: str) -> None:
    assert access(tags) == expected


@pytest.mark.parametrize("mode", ["motorcar", "motor_vehicle", "vehicle", "access"])
def test_access_may_differ_by_direction(mode: str) -> None:
    street = {"highway": "residential", "maxspeed": "50"}
    against = read_way({**street, f"{mode}:forward": "no"}, DrivingProfile())
    assert against is not None
    assert (against.forward_kmh, against.backward_kmh > 0) == (0.0, True)
    along = read_way({**street, mode: "no", f"{mode}:forward": "yes"}, DrivingProfile())
    assert along is not None
    assert (along.forward_kmh > 0, along.backward_kmh) == (True, 0.0)
    assert read_way({**street, f"{mode}:forward": "no", f"{mode}:backward": "no"}, DrivingProfile()) is None
    hours = read_way({**street, f"{mode}:backward:conditional": "no @ (07:00-09:00)"}, DrivingProfile())
    assert hours is not None
    assert (hours.forward_kmh > 0, hours.backward_kmh) == (True, 0.0)


def test_a_narrower_mode_outdoes_a_wider_one_with_a_direction() -> None:
    open_to_cars = {"highway": "residential", "vehicle:forward": "no", "motorcar": "yes"}
    rules = read_way(open_to_cars, DrivingProfile())
    assert rules is not None
    assert rules.forward_kmh == rules.backward_kmh > 0


def test_a_oneway_street_closed_along_it_is_closed() -> None:
    tags = {"highway": "residential", "oneway": "yes", "motor_vehicle:forward": "no"}
    assert read_way(tags, DrivingProfile()) is None


def test_conditions_are_distinguished() -> None:
    text = "no @ (Mo-Fr 07:00-09:00; SH off); destination @ (sunset-sunrise); no @ weight>7.5; yes @ winter"
    assert at_some_hours(text) == ["no", "destination"]
    assert at_some_hours("nonsense") == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:25", 1500),
        ("1:30", 5400),
        ("01:30:30", 5430),
        ("PT25M", 1500),
        ("PT1H30M", 5400),
        ("P1DT1H", 90_000),
        ("25", 1500),
        ("25 min", 1500),
        ("25 minutes", 1500),
        ("", None),
        ("00:00", None),
        ("PT", None),
        ("P", None),
        ("soon", None),
        ("1:75", None),
        ("99:00:00:00", None),
        ("P9D", None),
    ],
)
def test_a_duration_is_read_in_every_form_of_the_wiki(text: str, seconds: float | None) -> None:
    assert duration_s(text) == seconds


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
        ({"route": "ferry"}, "ferry"),
        ({"route": "ferry", "foot": "yes"}, None),
        ({"route": "ferry", "foot": "yes", "bicycle": "yes"}, None),
        ({"route": "ferry", "foot": "yes", "ferry": "secondary"}, "ferry"),
        ({"route": "ferry", "foot": "yes", "motorcar": "yes"}, "ferry"),
        ({"route": "bus"}, None),
        ({"highway": "cycleway", "motor_vehicle": "destination"}, "track"),
        ({"highway": "footway", "vehicle": "no"}, None),
        ({"highway": "service", "service": "emergency_access", "motor_vehicle": "yes"}, "track"),
        ({"building": "yes"}, None),
    ],
)
def test_only_roads_for_vehicles_have_a_class(tags: dict[str, str], expected: str | None) -> None:
    assert road_class(tags) == expected


def test_a_ferry_that_takes_no_vehicles_is_not_driven() -> None:
    for closed in ({"motor_vehicle": "no"}, {"access": "no", "foot": "yes"}, {"vehicle": "no"}):
        assert read_way({"route": "ferry", **closed}, DrivingProfile()) is None


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
        ({"barrier": "gate", "locked": "yes"}, NodeRules(blocks=True)),
        ({"barrier": "gate", "locked": "yes", "access": "private"}, NodeRules(gate=True)),
        ({"barrier": "gate", "access": "no", "motorcar": "yes"}, NodeRules(gate=True)),
        ({"barrier": "lift_gate", "motor_vehicle": "no"}, NodeRules(blocks=True)),
        ({"barrier": "bollard", "foot": "yes"}, NodeRules(blocks=True)),
        ({"barrier": "bus_trap"}, NodeRules(blocks=True)),
        ({"barrier": "yes"}, NodeRules(blocks=True)),
        ({"barrier": "cattle_grid"}, None),
        ({"barrier": "entrance", "vehicle": "no"}, NodeRules(blocks=True)),
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

"""Positions of copies that differ count as one place while nothing follows any of them."""

from sync.stores.couch.places import MOST_SECONDS, QuietPlaces

READ = "22-read"


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_position_after_which_nothing_was_found_is_the_place_asked_from() -> None:
    places = QuietPlaces(Clock())
    assert places.reported("tech-a", "22-x") == "22-x"
    assert places.nothing_after("tech-a", READ, "22-y") == READ
    assert places.reported("tech-a", "22-x") == READ
    assert places.reported("tech-a", "22-y") == READ
    assert places.reported("tech-a", "22-z") == "22-z", "another copy's is asked about"
    assert places.reported("tech-b", "22-x") == "22-x", "of another database"


def test_what_was_read_since_makes_everything_new() -> None:
    places = QuietPlaces(Clock())
    places.reported("tech-a", "22-x")
    places.nothing_after("tech-a", READ, "22-x")
    places.reported("tech-a", "24-x")
    places.nothing_after("tech-a", "24-read", "24-x")
    assert places.reported("tech-a", "24-x") == "24-read"
    assert places.reported("tech-a", "22-x") == "22-x"


def test_a_copy_that_lags_is_asked_again_soon_and_a_quiet_one_seldom() -> None:
    clock = Clock()
    places = QuietPlaces(clock)
    asked = []
    while clock.now < 3_600:
        if places.reported("tech-a", "22-x") != READ:
            asked.append(clock.now)
            places.nothing_after("tech-a", READ, "22-y")
        clock.now += 1
    assert asked[:6] == [0, 2, 6, 14, 30, 62]
    assert asked[6] - asked[5] == MOST_SECONDS
    assert len(asked) < 70

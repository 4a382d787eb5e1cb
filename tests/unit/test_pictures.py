"""The README's pictures are there, small, and as long as they say."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tools.pictures.demo_server import MORNING_HOUR, morning_zone
from tools.pictures.reel import LENGTH_MS, Frame, beside, durations, write_reel

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 3_000_000


def test_the_readme_shows_six_pictures_and_a_minute_of_a_day() -> None:
    shown = re.findall(r"!\[[^\]]+\]\((docs/pictures/[\w.-]+)\)", (ROOT / "README.md").read_text())
    assert len(shown) == 7
    assert {ROOT / one for one in shown} == set(PICTURES.iterdir())
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


def test_the_animation_takes_a_minute() -> None:
    with Image.open(PICTURES / "day.webp") as day:
        times = []
        for place in range(getattr(day, "n_frames", 1)):
            day.seek(place)
            day.load()
            times.append(day.info["duration"])
    assert len(times) > 12
    assert sum(times) == LENGTH_MS
    assert min(times) >= 1_000, "nobody reads a line in less"


@pytest.mark.parametrize("weights", [[1.0], [1, 2, 3], [0.7] * 23])
def test_frames_share_the_minute_by_their_weight(weights: list[float]) -> None:
    times = durations(weights)
    assert sum(times) == LENGTH_MS
    assert times[-1] == pytest.approx(LENGTH_MS * weights[-1] / sum(weights), abs=1)


def test_frames_are_written_in_their_order(tmp_path: Path) -> None:
    red, blue = Image.new("RGB", (390, 844), "red"), Image.new("RGB", (390, 844), "blue")
    write_reel(tmp_path / "day.webp", [Frame(beside([red]), "one"), Frame(beside([red, blue]), "two", 2)])
    with Image.open(tmp_path / "day.webp") as made:
        made.seek(0)
        made.load()
        assert made.info["duration"] == 20_000
        made.seek(1)
        made.load()
        assert made.info["duration"] == 40_000


@pytest.mark.parametrize("hour", range(24))
def test_it_is_morning_in_the_pictures_whenever_they_are_made(hour: int) -> None:
    now = datetime(2026, 3, 2, hour, 20, tzinfo=UTC)
    assert now.astimezone(ZoneInfo(morning_zone(now))).hour == MORNING_HOUR

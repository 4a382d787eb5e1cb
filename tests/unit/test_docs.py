"""What the pages of the repository point to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
FOLDERS = ("bench", "demo", "docs", "geo", "mobile_api", "server", "sync", "tests", "workorders")
PLACE = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_places_of_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [place for place in PLACE.findall(text) if not (ROOT / place).exists()]
    assert missing == []


def test_the_architecture_page_has_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {
        f"{package}/{folder.name}/"
        for package in ("geo", "sync", "workorders")
        for folder in (ROOT / package).iterdir()
        if (folder / "__init__.py").exists()
    }
    assert {room for room in rooms if room not in text and f"`{room.partition('/')[2]}`" not in text} == set()


def test_every_decision_is_numbered_once() -> None:
    names = [path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")]
    assert sorted(int(name[:4]) for name in names) == list(range(1, len(names) + 1))

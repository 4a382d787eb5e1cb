"""docs/figures.md is what the bench last kept, and holds nothing of the machine it was measured on."""

import re

from bench.figures import PAGE, page
from bench.results import FOLDER, Figures, kept


def test_the_page_is_what_was_kept() -> None:
    assert PAGE.read_text() == page(kept())


def test_every_kept_table_is_whole() -> None:
    found = kept()
    assert found
    for name, one in found.items():
        assert one.rows, name
        assert {len(row) for row in one.rows} == {len(one.columns)}, name


def test_a_table_says_what_it_was_measured_with() -> None:
    one = Figures("Ingest of a day", ("engine", "events/s"), (("sqlite", "700"),), "2026-03-02", 2, 0.4)
    text = page({"ingest": one})
    assert "## Ingest of a day" in text
    assert "`make bench PART=ingest`, 2026-03-02, 2 cores, load 0.4." in text
    assert text.endswith("| engine | events/s |\n| --- | --- |\n| sqlite | 700 |\n")


def test_no_path_of_a_machine_is_kept() -> None:
    for path in FOLDER.glob("*.json"):
        assert not re.search(r"/(home|root|tmp|work|Users)/", path.read_text()), path.name

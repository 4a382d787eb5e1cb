"""The inventory of personal data names every table there is, once."""

import re
from collections import Counter
from pathlib import Path

from server.migrate import TARGETS

PAGE = Path(__file__).resolve().parents[3] / "SECURITY.md"


def _inventory() -> list[str]:
    section = PAGE.read_text(encoding="utf-8").partition("## Personal data")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
    return [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]


def test_every_table_is_in_the_inventory_of_personal_data() -> None:
    tables = {name for metadata in TARGETS for name in metadata.tables}
    named = Counter(_inventory())
    assert set(named) == tables
    assert [name for name, times in named.items() if times > 1] == []


def test_tests_that_are_named_as_proof_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    files = {
        letter: (PAGE.parent / path).read_text()
        for path, letter in re.findall(r"`(tests/[\w/.]+)` \((\w)", text)
    }
    assert sorted(files) == ["B", "D", "G", "S"]
    for line in re.findall(r"^\| 3\..*$", text, re.MULTILINE):
        for letter, names in re.findall(r"\b([BDGS]) ((?:`[…\w]+`(?:, )?)+)", line):
            for name in re.findall(r"`…?(\w+)…?`", names):
                assert re.search(rf"def test_\w*{name}", files[letter]), (letter, name)

"""`curbstop import` on the command line: words for people, JSON for programs, and exit statuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.commands.imports import SHOWN_ERRORS, import_command
from server.config import Config
from tests.integration.imports.conftest import METERS, PREMISES


@pytest.fixture(autouse=True)
def environment(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("data_dir", "database_url", "secret_key"):
        monkeypatch.setenv(f"CURBSTOP_{name.upper()}", str(getattr(config, name)))


def run(tmp_path: Path, kind: str, text: str, *options: str) -> Result:
    file = tmp_path / f"{kind}.csv"
    file.write_text(text)
    return CliRunner().invoke(import_command, [kind, str(file), *options])


def test_reports_what_was_imported(tmp_path: Path) -> None:
    dry = run(tmp_path, "premises", PREMISES, "--dry-run")
    assert (dry.exit_code, dry.stdout) == (
        0,
        "Would import 2 premises, 3 service points from 3 rows.\n",
    )
    done = run(tmp_path, "premises", PREMISES, "--json")
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert (report["written"], report["rows"], report["errors"]) == (True, 3, [])


def test_names_row_and_column_of_what_is_wrong(tmp_path: Path) -> None:
    text = PREMISES.replace("39.1008", "north")
    for options in ((), ("--json",)):
        answer = run(tmp_path, "premises", text, *options)
        assert answer.exit_code == 1
        if options:
            report = json.loads(answer.stdout)
            assert report["problem"]["code"] == "import_rejected"
            assert [(error["row"], error["column"]) for error in report["errors"]] == [(4, "latitude")]
        else:
            assert "latitude" in answer.stderr
            assert "import_rejected" in answer.stderr


def test_says_how_many_more_there_are(tmp_path: Path) -> None:
    header, row = METERS.splitlines()[:2]
    count = SHOWN_ERRORS + 9
    answer = run(
        tmp_path, "meters", "\n".join([header, *[row.replace("CB-1", f"X-{n}") for n in range(count)]])
    )
    assert answer.exit_code == 1
    report = json.loads(run(tmp_path, "meters", (tmp_path / "meters.csv").read_text(), "--json").stdout)
    assert len(report["errors"]) > SHOWN_ERRORS
    assert f"and {len(report['errors']) - SHOWN_ERRORS:,} more" in answer.stderr.replace("\n", " ")

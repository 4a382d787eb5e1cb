"""`curbstop notices` and `curbstop cuts` for people, programs and scheduled jobs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import server.commands.cuts
import server.commands.notices
from tests.integration.office.conftest import Office
from tests.integration.usecases.world import TODAY
from workorders.tables import Notice


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on the district of the morning."""
    for module in (server.commands.cuts, server.commands.notices):
        monkeypatch.setattr(module, "open_services", lambda _config: office.services)

    def go(*words: str) -> Result:
        name, *rest = words
        command = {
            "cuts": server.commands.cuts.cuts_command,
            "notices": server.commands.notices.notices_command,
        }[name]
        return CliRunner().invoke(command, rest)

    return go


def test_the_list_says_who_and_why_not(run: Any) -> None:
    listed = json.loads(run("cuts", "list", "--day", str(TODAY), "--json").stdout)
    by_account = {row["account"]: row for row in listed["rows"]}
    assert by_account["A1"]["allowed"]
    assert not by_account["A5"]["allowed"]
    assert by_account["A5"]["codes"][0] == "cut_list.under_way"
    assert listed["allowed"] + listed["not_allowed"] == len(listed["rows"])
    words = run("cuts", "list", "--day", "2026-03-06").stdout
    assert "There are no cuts on a Friday." in words
    assert run("cuts", "list", "--zone", "nowhere").exit_code == 1
    south = json.loads(run("cuts", "list", "--zone", "south", "--json").stdout)
    assert {row["zone"] for row in south["rows"]} == {"south"}


def test_a_dry_run_writes_nothing_and_a_run_one_batch(run: Any, office: Office, tmp_path: Path) -> None:
    day = "2026-03-02"
    dry = json.loads(run("notices", "run", "--day", day, "--dry-run", "--json").stdout)
    assert dry["due"]
    assert dry["batch"] is None
    made = json.loads(run("notices", "run", "--day", day, "--json").stdout)
    assert made["due"] == dry["due"]
    with office.services.read_sessions() as session:
        count = session.scalar(select(func.count()).where(Notice.batch_id == made["batch"]))
        assert count == len(made["due"])
    file = tmp_path / "letters.pdf"
    assert run("notices", "print", str(made["batch"]), str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    assert run("notices", "mailed", str(made["batch"]), "--on", day).exit_code == 0
    assert "already" not in run("notices", "mailed", str(made["batch"]), "--on", day).output
    again = run("notices", "run", "--day", day).stdout
    assert again.splitlines()[-1].startswith("0 due")

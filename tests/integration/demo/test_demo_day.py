"""A demo day against the real server and worker, over HTTP, with the real PouchDB; twice in a row."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from demo.command import demo_command
from demo.played_day.office import Office
from demo.played_day.player import play_day
from demo.played_day.summary import as_document
from demo.signins import DemoSignIns, SignIn, keep_sign_ins
from server.db import session_factory
from tests.postgres import free_port
from tests.replication.served import bare_server
from tests.stored_messages import sentences_in
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger

pytestmark = pytest.mark.node
PATIENCE = 240
"""Seconds on a machine that does ten other things; alone it takes a tenth."""
EXACT = {"orders_dispatched": 8, "lost": 0, "trial_balance_cents": 0, "wrongful_cuts": 1}


def check(run: dict[str, Any]) -> None:
    """The day went as the story says, by the server's own records."""
    assert {name: run[name] for name in EXACT} == EXACT
    assert run["events_pushed"] == run["events_posted"] + run["events_in_review"] == len(run["events"])
    assert run["duplicates_ignored"] >= 1
    assert run["reconnects_created"] >= 1
    assert run["answers_dropped"] == 1
    assert len(run["receipts"]) == 1
    cash = [line for entry in run["entries"] for line in entry["postings"] if line["ledger"] == "CASH-T"]
    assert [line["cents"] for line in cash] == [run["receipts"][0]["amount_cents"]]
    outcomes = {order["outcome"] for order in run["orders"] if not order["follows"]}
    assert outcomes >= {"completed", "collected", "completed_after_cancel", "no_access"}
    reassigned = [order for order in run["orders"] if order["epoch"] == 2]
    assert [order["state"] for order in reassigned] == ["completed"]


def test_a_day_is_played_twice(
    environment: dict[str, str], url: str, signs: DemoSignIns, engine: Engine
) -> None:
    command = [sys.executable, "-m", "server", "demo", "day", "--json"]
    answer = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert answer.returncode == 0, answer.stderr
    check(json.loads(answer.stdout))
    check(as_document(play_day(url, signs, lambda _: None)))
    with session_factory(engine)() as session:
        assert verify_ledger(session).differences == ()
        assert sentences_in(session) == [], "facts are stored as codes, not in English"
    with pytest.raises(Problem) as refused:
        Office(url, signs).ask("csr", "/api/demo/mark")
    assert refused.value.details["status"] == 403


@pytest.fixture
def strangers(environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """Documents lie with a server of the protocol that was never told whose tokens to believe."""
    with bare_server(f"sqlite:///{tmp_path / 'remote.db'}", workers=1) as url:
        environment["CURBSTOP_COUCHDB_URL"] = url
        yield


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_tokens_that_the_document_database_does_not_believe_are_said(
    strangers: None, url: str, signs: DemoSignIns
) -> None:
    with pytest.raises(Problem) as refused:
        play_day(url, signs, lambda _: None)
    assert refused.value.code == "tablet_refused"
    assert "401" in str(refused.value.details["reason"])
    assert "couchdb-config" in str(refused.value.as_dict()["advice"])


def test_a_day_without_a_server_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CURBSTOP_PORT", str(free_port()))
    refused = CliRunner().invoke(demo_command, ["day"]).exception
    assert isinstance(refused, Problem)
    assert refused.code == "demo_sign_ins_missing"
    people = ("admin", "csr", "dispatcher", "cashier")
    keep_sign_ins(tmp_path, DemoSignIns(tuple(SignIn(name, "nobody-knows", name) for name in people)))
    refused = CliRunner().invoke(demo_command, ["day"]).exception
    assert isinstance(refused, Problem)
    assert refused.code == "server_unreachable"

"""A demo day against the real server and worker, over HTTP, with the real PouchDB; twice in a row."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from demo.command import demo_command
from demo.district import load_demo
from demo.played_day.office import Office
from demo.played_day.player import play_day
from demo.played_day.summary import as_document
from demo.signins import DemoSignIns, SignIn, keep_sign_ins
from server.config import Config
from server.db import session_factory
from server.services import utc_now
from tests.postgres import free_port
from tests.stored_messages import sentences_in
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger

pytestmark = pytest.mark.node
PATIENCE = 240
"""Seconds on a machine that does ten other things; alone it takes a tenth."""
EXACT = {"orders_dispatched": 8, "lost": 0, "trial_balance_cents": 0, "wrongful_cuts": 1}


@pytest.fixture
def environment(config: Config) -> dict[str, str]:
    return os.environ | {
        "CURBSTOP_DATA_DIR": str(config.data_dir),
        "CURBSTOP_DATABASE_URL": config.database_url,
        "CURBSTOP_SECRET_KEY": config.secret_key,
        "CURBSTOP_PORT": str(free_port()),
        "CURBSTOP_WEB_WORKERS": "1",
        "CURBSTOP_WEB_THREADS": "40",
        "CURBSTOP_LOG_LEVEL": "WARNING",
    }


@pytest.fixture
def signs(engine: Engine, config: Config, monkeypatch: pytest.MonkeyPatch) -> DemoSignIns:
    monkeypatch.setattr("demo.households.workday.PLAN_SECONDS", 0.2)
    made = load_demo(session_factory(engine), config, accounts=300, seed=7, now=utc_now())
    assert made is not None
    return made


@pytest.fixture
def url(environment: dict[str, str], signs: DemoSignIns) -> Iterator[str]:
    address = f"http://127.0.0.1:{environment['CURBSTOP_PORT']}"
    command = [sys.executable, "-m", "server", "run"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if f"{address}/tablet/" in line:
                break
        else:
            pytest.fail(f"it ended with status {process.wait()} before it served")
        yield address
        process.send_signal(signal.SIGINT)


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

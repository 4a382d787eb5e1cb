"""The dashboard and the alert rules name metrics and labels that /metrics really has."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from server.app import create_app
from server.config import Config
from server.loops import survive
from server.services import open_services
from server.worker import LOOPS, work_once
from sync.pipeline.publish import ensure_technician
from sync.stores.sql.store import SqlStore
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from workorders.tables import WorkerLoop
from workorders.usecases.field.events import ingest_event

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "docs" / "operations"
OF_PROMETHEUS = {"up"}
METRIC = re.compile(r"\b(?:curbstop_\w+|up)\b(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)\s*(?:=|!=|=~|!~)\s*"')
GROUPING = re.compile(r"\bby \((\w+(?:, ?\w+)*)\)")
Answer = dict[str, set[str]]


@pytest.fixture
def answer(config: Config) -> Answer:
    """Each metric of a live /metrics with the labels it has."""
    services = open_services(config)
    with services.sessions.begin() as session:
        world.build(session, households=2)
        cut = world.sent(session, "disconnect_np", 1)
        paid = Tablet().payment(cut, 700)
        ingest_event(session, paid, database="tech-t01", revision="1-a", received_at=services.clock())
    ensure_technician(services.sessions, services.store, "t01", now=services.clock())
    work_once(services)
    survive(services, LOOPS[0].name, ValueError("a fault"))
    with services.sessions.begin() as session:
        session.get_one(WorkerLoop, LOOPS[0].name).ran_at = services.clock()
    text = _metrics(create_app(services=services).test_client())
    assert isinstance(services.store, SqlStore)
    services.store.close()
    services.engine.dispose()
    found: Answer = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _metrics(client: FlaskClient) -> str:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def _dashboard() -> list[str]:
    board = json.loads((OPERATIONS / "grafana-dashboard.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((OPERATIONS / "prometheus-rules.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _unknown(expressions: list[str], answer: Answer) -> list[str]:
    """Metrics, and labels of theirs, that the expressions use and the answer does not have."""
    found = []
    for expression in expressions:
        for match in METRIC.finditer(expression):
            name = match[0].partition("{")[0]
            if name in OF_PROMETHEUS:
                continue
            labels = set(LABEL.findall(match[1] or ""))
            if name not in answer:
                found.append(name)
            else:
                found += [f"{name}{{{label}}}" for label in labels - answer[name]]
        grouped = {label.strip() for group in GROUPING.findall(expression) for label in group.split(",")}
        known = set().union(*(answer.get(m[0].partition("{")[0], set()) for m in METRIC.finditer(expression)))
        found += sorted(grouped - known)
    return found


def test_dashboard_and_rules_name_what_is_there(answer: Answer) -> None:
    assert _unknown(_dashboard(), answer) == []
    assert _unknown([rule["expr"] for rule in _rules()], answer) == []


def test_what_is_not_there_is_found(answer: Answer) -> None:
    for expression in (
        "max(curbstop_outbox_wating)",
        'curbstop_orders{stat="open"}',
        "max by (lopp) (curbstop_worker_failures)",
    ):
        assert _unknown([expression], answer)


def test_every_metric_is_on_the_dashboard(answer: Answer) -> None:
    shown = " ".join(_dashboard())
    assert {name for name in answer if name not in shown} - {"curbstop_cash_out_oldest_seconds"} == set()


def test_the_guide_says_what_to_do_about_every_alert() -> None:
    headings = re.findall(r"^### (Curbstop\w+)$", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    alerts = [rule["alert"] for rule in _rules()]
    assert sorted(headings) == sorted(alerts)
    assert [rule["annotations"]["runbook"] for rule in _rules()] == [
        f"docs/operations.md#{name.lower()}" for name in alerts
    ]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no Prometheus here")
def test_prometheus_takes_the_rules() -> None:
    command = ["promtool", "check", "rules", str(OPERATIONS / "prometheus-rules.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

"""`curbstop rules`: an operator puts rules in force, all or nothing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from server.cli import Discovered
from server.config import Config
from server.db import open_engine, session_factory
from workorders.queries.rules import latest_version
from workorders.tables import Outbox, Technician
from workorders.usecases.district.publish_rules import sample_document


@pytest.fixture
def environment(config: Config) -> dict[str, str]:
    """Settings as an operator's shell has them, with one technician at work."""
    engine = open_engine(config.database_url)
    with session_factory(engine).begin() as session:
        session.add(Technician(id="t01", name="Demo technician 1", skills=["water"]))
    engine.dispose()
    return {"CURBSTOP_DATABASE_URL": config.database_url, "CURBSTOP_DATA_DIR": str(config.data_dir)}


def rules(environment: dict[str, str], *arguments: str) -> Result:
    """`curbstop rules …`."""
    return CliRunner().invoke(Discovered(), ["rules", *arguments], env=environment)


def published(environment: dict[str, str]) -> tuple[int, list[str]]:
    """The newest rule set, and the reference documents that tablets get it at their next sync."""
    engine = open_engine(environment["CURBSTOP_DATABASE_URL"])
    with session_factory(engine)() as session:
        enqueued = session.scalars(select(Outbox.key).where(Outbox.topic == "ref").order_by(Outbox.key))
        answer = latest_version(session), list(enqueued)
    engine.dispose()
    return answer


def test_the_sample_is_edited_tried_published_and_shown(environment: dict[str, str], tmp_path: Path) -> None:
    document = json.loads(rules(environment, "sample").stdout)
    assert document == sample_document()
    document["fees"][0]["cents"] = 1234
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(document))
    assert rules(environment, "publish", "--dry-run", str(file)).exit_code == 0
    assert published(environment) == (0, [])
    assert rules(environment, "publish", str(file)).exit_code == 0
    assert published(environment) == (1, ["fees", "settings"])
    shown = json.loads(rules(environment, "show").stdout)
    assert shown["rule_set"] == 1
    assert 1234 in [fee["amount_cents"] for fee in shown["fees"]]
    before = json.loads(rules(environment, "show", "--day", "2019-12-31").stdout)
    assert before["fees"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"rules": {}}', "rules: must be a list"),
        (
            '{"effective_from": "2026-01-01", "fees": [{"code": "X"}]}',
            "fees, line 1: needs title, cents, trigger",
        ),
        ('{"effective_from": "2026-01-01", "rulez": []}', "rulez: is no part of a rule document"),
        ('{"effective_from": "soon"}', "effective_from"),
    ],
)
def test_a_bad_document_is_refused_by_its_place(
    environment: dict[str, str], tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "rules.json"
    file.write_text(text)
    refused = rules(environment, "publish", str(file))
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert published(environment) == (0, [])

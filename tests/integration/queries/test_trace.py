"""`curbstop trace` on the day's real records, of both engines."""

import json
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from mobile_api.tables import Device, DeviceTechnician
from server.commands.trace import trace_command
from server.config import Config
from server.services import open_services
from server.worker import ingest_round, prepare, publish_round
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, NOW
from workorders.problems import Problem
from workorders.tables import ReceiptBlock
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.cash.take_payment_back import take_payment_back


@pytest.fixture
def day(config: Config, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A cut that was paid at the door and one paid at the counter; returns ids by a word."""
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", config.database_url)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CURBSTOP_SECRET_KEY", config.secret_key)
    services = open_services(config, clock=lambda: LATER)
    with services.sessions.begin() as session:
        world.build(session)
        cut = world.sent(session, "disconnect_np", 1)
        record_payment(session, "P-1", "A2", 100, "counter", now=NOW, actor="carla")
        take_payment_back(
            session, "R-1", kind="void", reason="keyed twice", now=LATER, actor="sam", payment="P-1"
        )
    prepare(services)
    publish_round(services)
    tablet = Tablet()
    paid = tablet.payment(cut, 2_000)
    done = tablet.completed(cut, answers.cut(1))
    strange = tablet.event("danced", cut)
    push(services.store, tablet.written)
    while ingest_round(services):
        pass
    publish_round(services)
    services.engine.dispose()
    receipt = paid["body"]["receipt"]["number"]
    return {
        "order": cut.number,
        "event": paid["_id"],
        "cut": done["_id"],
        "receipt": receipt,
        "strange": strange["_id"],
    }


def traced(key: str) -> dict[str, Any]:
    """What `--json` prints."""
    answer = CliRunner().invoke(trace_command, [key, "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.output)
    return found


def records(found: dict[str, Any]) -> set[str]:
    """The kinds of record in a trace."""
    return {step["record"] for step in found["steps"]}


def test_an_order_shows_everything_that_was_about_it(day: dict[str, str]) -> None:
    found = traced(day["order"])
    assert found["kind"] == "order"
    assert records(found) >= {"history", "fact", "receipt", "entry", "outbox", "quarantine"}
    held = {document["id"] for document in found["documents"]}
    assert held >= {f"order:{day['order']}", day["event"], f"ack:{day['event']}"}
    times = [step["at"] for step in found["steps"]]
    assert times == sorted(times)


def test_an_event_shows_what_it_did_to_its_order_and_what_it_left_in_the_records(day: dict[str, str]) -> None:
    found = traced(day["cut"])
    assert records(found) >= {"history", "fact", "read", "state", "entry", "outbox"}
    of_others = [step for step in found["steps"] if step["detail"].get("source", day["cut"]) != day["cut"]]
    assert of_others == []


def test_a_payment_that_was_taken_back_says_so(day: dict[str, str]) -> None:
    found = traced("P-1")
    [back] = [step for step in found["steps"] if step["record"] == "reversal"]
    assert (back["detail"]["kind"], back["detail"]["reason"]) == ("void", "keyed twice")
    assert len([step for step in found["steps"] if step["record"] == "entry"]) == 2


def test_a_receipt_leads_to_its_event_and_its_entry(day: dict[str, str]) -> None:
    found = traced(day["receipt"])
    assert found["kind"] == "receipt"
    assert records(found) >= {"fact", "receipt", "entry", "outbox"}
    [entry] = [step for step in found["steps"] if step["record"] == "entry"]
    assert entry["detail"]["source"] == day["event"]
    assert sum(line["amount_cents"] for line in entry["detail"]["postings"]) == 0


def test_a_payment_and_a_quarantined_event_are_found(day: dict[str, str]) -> None:
    assert records(traced("P-1")) >= {"payment", "entry"}
    strange = traced(day["strange"])
    assert records(strange) >= {"quarantine", "outbox"}
    assert {document["id"] for document in strange["documents"]} == {
        day["strange"],
        f"ack:{day['strange']}",
    }


def test_in_words_each_record_is_a_line(day: dict[str, str]) -> None:
    answer = CliRunner().invoke(trace_command, [day["event"]], catch_exceptions=False)
    assert answer.output.startswith(f"event {day['event']}\n")
    assert "fact" in answer.output


def test_an_event_that_is_here_but_not_read_yet_is_found(day: dict[str, str]) -> None:
    services = open_services(Config.from_env(), clock=lambda: LATER)
    with services.sessions.begin() as session:
        prefix = session.scalars(select(ReceiptBlock.prefix)).first()
        session.add(Device(id="abcdefgh", name="truck", enrolled_at=NOW))
        session.flush()
        session.add(
            DeviceTechnician(
                device_id="abcdefgh",
                technician_id="t01",
                public_jwk={},
                thumbprint="x" * 43,
                receipt_prefix=prefix,
                enrolled_at=NOW,
            )
        )
    sent = {"_id": "event:abcdefgh:00000001", "kind": "event", "technician": "t01"}
    push(services.store, [sent])
    services.engine.dispose()
    assert [document["id"] for document in traced(sent["_id"])["documents"]] == [sent["_id"]]
    answer = CliRunner().invoke(trace_command, [sent["_id"]], catch_exceptions=False)
    assert "has not read it yet" in answer.output
    with pytest.raises(Problem):
        CliRunner().invoke(trace_command, ["event:abcdefgh:00000002"], catch_exceptions=False)

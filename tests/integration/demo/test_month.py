"""A month of a small district on both engines: all of it happens, nothing is lost, and the auditor bites."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.orm import Session

from demo.command import demo_command
from demo.month import auditor, books, run, story
from demo.month.showing import ZEROS, month_config, play_without_waiting
from demo.month.stage import Month
from server.config import Config
from server.progress import silent
from server.services import Services, open_services
from workorders.ledger.guards import drop_statements
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger

ACCOUNTS, DAYS, SEED = 300, 22, 7
DONE = (
    *("bills", "reads", "final_bills", "meters_set", "meters_skipped", "removals", "moves", "newcomers"),
    *("notices_past_due", "notices_second_past_due", "notices_door_tag", "tags_sent_out", "mail_returned"),
    *("cuts_raised", "cut_made", "paid_at_the_door", "partly_left_on", "partly_and_cut", "wrong_premise"),
    *("hold_arrangement", "hold_medical", "hold_bankruptcy", "hold_pledge", "hold_dispute"),
    *("arrangements_kept", "arrangements_broken", "case_wrongful_cut", "case_leak_adjustment"),
    *("receipts", "receipts_void", "receipts_explained", "turn_ins", "drawers", "deposits", "bank_lines"),
    *("returned_checks", "voided", "payments_approved", "adjustments_decided", "refunds", "call_backs"),
    *("cases_decided", "documents_settled", "arranged_again", "sent_again", "offline_days"),
    *("late_events", "doubled_events", "tablets_replaced", "field_collected", "field_completed"),
)
"""What happens in every month, however small the district."""
TYPES = (
    *("backflow_locate", "disconnect_np", "door_tag", "exchange", "investigate", "meter_test", "new_set"),
    *("reconnect", "removal", "reread", "special_read", "tamper", "turn_off", "turn_on", "verify"),
)
EDITS = (
    ("lost", "DELETE FROM field_event WHERE id = (SELECT MIN(id) FROM field_event WHERE kind = 'en_route')"),
    ("lost", "UPDATE posting SET amount_cents = amount_cents / 2 WHERE entry_id = :paid"),
    ("doubled", "UPDATE posting SET amount_cents = amount_cents * 2 WHERE entry_id = :paid"),
    ("trial_balance_cents", "UPDATE posting SET amount_cents = amount_cents + 1 WHERE id = 1"),
    (
        "custody_cents",
        "UPDATE posting SET ledger = 'CASH-T', party = 't01' WHERE id = "
        "(SELECT MIN(id) FROM posting WHERE ledger = 'UNDEP')",
    ),
    ("unexplained_receipts", "DELETE FROM receipt_explanation"),
    (
        "unexplained_receipts",
        "DELETE FROM turn_in_receipt WHERE receipt_number = "
        "(SELECT MIN(receipt_number) FROM turn_in_receipt)",
    ),
    ("customer_truth", "UPDATE work_order SET state = 'approved' WHERE type = 'disconnect_np'"),
    ("customer_truth", "UPDATE service_point SET state = 'off_np' WHERE state = 'on'"),
)
"""What an auditor must see, and an edit of the tables that makes it so."""


@pytest.fixture
def services(config: Config) -> Iterator[Services]:
    opened = open_services(config)
    play_without_waiting(opened.engine)
    yield opened
    opened.engine.dispose()


@pytest.mark.slow
def test_all_of_a_month_happens_and_nothing_is_lost(services: Services) -> None:
    month = run.begin(services, accounts=ACCOUNTS, days=DAYS, seed=SEED, progress=silent)
    violations = story.play(month, services.config.secret_key, silent)
    played = run.summary(month, len(violations))
    assert {name: played[name] for name in ZEROS} == dict.fromkeys(ZEROS, 0), violations
    assert (played["days"], played["midnights"], played["undeposited_bags"]) == (DAYS, 30, 0)
    assert [name for name in DONE if not played["done"].get(name)] == []
    assert [name for name in TYPES if not played["completed_by_type"].get(name)] == []
    for name in ("orders", "events", "payments", "notices", "cuts", "reconnects", "moves"):
        assert played[name] > 0, name
    for name, lengths in played["worklists"].items():
        assert lengths["most"] > 0, name
        assert lengths["end"] == 0, name
    undecided = [verb for verb in played["refused"] if verb.startswith("decide") and "reject" in verb]
    assert undecided == [], "a case that nobody can decide"
    with services.sessions() as session:
        assert verify_ledger(session).differences == ()
        _edited(session, month)


def _edited(session: Session, month: Month) -> None:
    """Each edit by hand shows in what the auditor finds, and in nothing once it is taken back."""
    for statement in drop_statements(session.get_bind().dialect.name):
        session.execute(text(statement))
    paid = session.scalar(text("SELECT MIN(id) FROM journal_entry WHERE purpose = 'payment'"))
    for name, edit in EDITS:
        made = session.begin_nested()
        changed = session.execute(text(edit), {"paid": paid} if ":paid" in edit else {})
        assert changed.rowcount, edit  # type: ignore[attr-defined]  # an edit's result is a CursorResult
        assert _found(session, month)[name], edit
        made.rollback()
    assert not any(_found(session, month).values())


def _found(session: Session, month: Month) -> dict[str, Any]:
    found = asdict(books.audit(session, run.outside_of(month)))
    truth = auditor.customer_truth(session, month.today, month.zone)
    return {name: found[name] for name in ZEROS if name in found} | {"customer_truth": len(truth)}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("CURBSTOP_DATABASE_URL", raising=False)
    asked = ["month", "--accounts", "100", "--days", "5", "--json"]
    first, second = (CliRunner().invoke(demo_command, asked) for _ in range(2))
    assert first.exit_code == 0, first.output
    played = json.loads(first.output.splitlines()[-1])
    assert played == json.loads(second.output.splitlines()[-1])
    assert list(played)[-2:] == ["custody_cents", "unexplained_receipts"]
    assert (tmp_path / "month" / "curbstop.sqlite").exists()


def test_a_month_is_not_played_over_a_district(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", services.config.database_url)
    assert month_config(services.config) == services.config
    run.begin(services, accounts=100, days=5, seed=1, progress=silent)
    with pytest.raises(Problem, match="accounts in this database") as refused:
        run.play_month(services, accounts=100, days=5, seed=1, progress=silent)
    assert refused.value.code == "database_not_empty"

"""The figures of a run come from the records, and say when something is missing."""

import io
from datetime import date
from typing import Any

from rich.console import Console

from demo.played_day.day import Day, Stop
from demo.played_day.office import Office
from demo.played_day.player import Played
from demo.played_day.summary import as_document, as_tables, summary
from demo.played_day.tablets import Tablets
from demo.signins import DemoSignIns

RECEIPT = {
    "number": "AA-000001",
    "order": "W000001",
    "technician": "t01",
    "amount_cents": 5_000,
    "method": "cash",
    "chain_ok": True,
}
ENTRY = {
    "id": 9,
    "source": "event:a:00000001",
    "purpose": "receipt",
    "words": "Receipt",
    "order": "W000001",
    "postings": [
        {"ledger": "CASH-T", "party": "t01", "cents": 5_000},
        {"ledger": "AR", "party": "A1", "cents": -5_000},
    ],
}


def played(**changed: Any) -> Played:
    order = {
        "number": "W000001",
        "type": "disconnect_np",
        "state": "completed",
        "outcome": "collected",
        "epoch": 1,
        "dispatched": True,
        "no_charge": False,
        "follows": None,
        "follow_reason": None,
        "service_point": "SP-000001",
        "service_point_state": "on",
    }
    events = [
        {
            "id": f"event:a:0000000{n}",
            "kind": kind,
            "order": "W000001",
            "status": status,
            "words": kind,
            "codes": [],
        }
        for n, kind, status in ((1, "payment", "posted"), (2, "completed", "review"))
    ]
    records: dict[str, Any] = {
        "orders": [order],
        "events": events,
        "receipts": [RECEIPT],
        "entries": [ENTRY],
        "trial_balance": {"AR": -5_000, "CASH-T": 5_000},
        "duplicates_ignored": 2,
        "wrongful_cuts": 0,
        "reconnects_created": 0,
    }
    signs = DemoSignIns(())
    day = Day(Office("http://127.0.0.1", signs), Tablets(io.StringIO(), io.StringIO()), date(2026, 3, 2), {})
    day.stops = {"collect": Stop("W000001", "collector")}
    day.events = {"collector": [str(event["id"]) for event in events]}
    return Played(day, records | changed)


def test_counts_what_the_records_say() -> None:
    assert summary(played()) == {
        "orders_dispatched": 1,
        "events_pushed": 2,
        "events_posted": 1,
        "events_in_review": 1,
        "duplicates_ignored": 2,
        "lost": 0,
        "trial_balance_cents": 0,
        "wrongful_cuts": 0,
        "reconnects_created": 0,
    }


def test_an_event_the_server_does_not_know_is_lost() -> None:
    run = played()
    assert summary(played(events=run.records["events"][:1]))["lost"] == 1


def test_a_ledger_out_of_balance_shows() -> None:
    assert summary(played(trial_balance={"AR": 5, "SVC": -3}))["trial_balance_cents"] == 2


def test_the_json_ends_with_the_figures() -> None:
    run = played()
    assert list(as_document(run))[-9:] == list(summary(run))


def test_the_tables_name_every_order_receipt_and_entry() -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(as_tables(played()))
    text = console.file.getvalue()  # type: ignore[attr-defined] # the StringIO given above
    for word in ("W000001", "collected", "AA-000001", "$50.00", "CASH-T", "orders dispatched"):
        assert word in text

"""The result of a demo day: figures counted from the server's records, and tables people can read. Pure."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from demo.played_day.player import Played
from workorders.ledger import text_from_cents

LAST_WORDS = frozenset({"completed", "unable"})


def summary(played: Played) -> dict[str, int]:
    """The figures of a run. `lost`: events written on a tablet that the server does not know."""
    records = played.records
    kept = {event["id"]: event["status"] for event in records["events"]}
    pushed = played.day.pushed
    return {
        "orders_dispatched": sum(order["dispatched"] for order in records["orders"]),
        "events_pushed": len(pushed),
        "events_posted": sum(status == "posted" for status in kept.values()),
        "events_in_review": sum(status == "review" for status in kept.values()),
        "duplicates_ignored": records["duplicates_ignored"],
        "lost": len(set(pushed) - kept.keys()),
        "trial_balance_cents": sum(records["trial_balance"].values()),
        "wrongful_cuts": records["wrongful_cuts"],
        "reconnects_created": records["reconnects_created"],
    }


def as_document(played: Played) -> dict[str, Any]:
    """The whole run as JSON: the records, then the figures."""
    records = {name: played.records[name] for name in ("orders", "events", "receipts", "entries")}
    dropped = {"answers_dropped": played.day.answers_dropped}
    return {**records, "trial_balance": played.records["trial_balance"], **dropped, **summary(played)}


def as_tables(played: Played) -> RenderableType:
    """Every order, receipt and ledger entry of the run, the trial balance, and the figures."""
    names = {stop.number: name.replace("_", " ") for name, stop in played.day.stops.items()}
    parts = [_orders(played, names), _receipts(played), _entries(played), _balance(played), _figures(played)]
    return Group(*parts)


def _orders(played: Played, names: dict[str, str]) -> Table:
    table = Table(
        "Order", "Type", "In the story", "State", "Outcome", "Service", "Its last word", title="Orders"
    )
    # A later acknowledgement by somebody else says nothing about the work.
    words = {e["order"]: e["words"] for e in played.records["events"] if e["kind"] in LAST_WORDS}
    for order in played.records["orders"]:
        story = names.get(order["number"], f"follows {order['follows']}: {order['follow_reason']}")
        table.add_row(
            order["number"],
            order["type"],
            story,
            order["state"],
            order["outcome"] or "",
            order["service_point_state"],
            words.get(order["number"], "no charge" if order["no_charge"] else ""),
        )
    return table


def _receipts(played: Played) -> Table:
    table = Table("Receipt", "Order", "Technician", "Amount", "Method", "Chain", title="Receipts")
    for receipt in played.records["receipts"]:
        amount = text_from_cents(receipt["amount_cents"])
        chain = "whole" if receipt["chain_ok"] else "broken"
        table.add_row(
            receipt["number"], receipt["order"], receipt["technician"], amount, receipt["method"], chain
        )
    return table


def _entries(played: Played) -> Table:
    table = Table("Entry", "Order", "Words", "Ledger", "Party", "Debit", "Credit", title="Ledger entries")
    for entry in played.records["entries"]:
        first = (str(entry["id"]), entry["order"] or "", entry["words"])
        for line in entry["postings"]:
            cents = line["cents"]
            debit = text_from_cents(cents) if cents > 0 else ""
            credit = text_from_cents(-cents) if cents < 0 else ""
            table.add_row(*first, line["ledger"], line["party"], debit, credit)
            first = ("", "", "")
    return table


def _balance(played: Played) -> Table:
    table = Table("Ledger", "Debit", "Credit", title="Trial balance of the whole ledger")
    rows = played.records["trial_balance"]
    for ledger, cents in rows.items():
        table.add_row(
            ledger, text_from_cents(cents) if cents > 0 else "", text_from_cents(-cents) if cents < 0 else ""
        )
    debit = sum(cents for cents in rows.values() if cents > 0)
    credit = -sum(cents for cents in rows.values() if cents < 0)
    table.add_section()
    table.add_row("Together", text_from_cents(debit), text_from_cents(credit))
    return table


def _figures(played: Played) -> Table:
    table = Table("Figure", "Count", title="The run in figures")
    for name, count in summary(played).items():
        table.add_row(name.replace("_", " "), f"{count:,}")
    return table

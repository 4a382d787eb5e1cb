"""The cut list and the notice run of a large district: 150,000 accounts, a year of bills, one in ten owes."""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import shapely
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bench import results
from bench.databases import fresh_database, server_seconds
from server.db import count_rows_anew, open_engine, session_factory
from server.migrate import upgrade
from workorders.ledger import draft, post_all
from workorders.messages.message import Message
from workorders.queries.cut_list import cut_list
from workorders.queries.notice_run import notice_run
from workorders.tables import Account, Customer, Notice, Premise, ServiceAgreement, ServicePoint
from workorders.tables.bulk import insert_all
from workorders.usecases.collections.bills import BillRequest, record_bills
from workorders.usecases.district.publish_rules import load_sample_rules

COLUMNS = ("engine", "question", "answer", "seconds", "CPU seconds", "of the server")
ACCOUNTS, BILLS, BATCH = 150_000, 6, 2_000
"""Every second month a bill."""
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
CENTS = 7_000
T = TypeVar("T")


def main(arguments: list[str] | None = None) -> None:
    """Build the district on each engine and print what each question costs."""
    parser = argparse.ArgumentParser(prog="python -m bench domain", description=__doc__)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", action="store_true", help="for docs/figures.md")
    options, _ = parser.parse_known_args(arguments)
    title = f"Who is in arrears among {options.accounts:,} accounts with {BILLS} bills each"
    table, rows, load = Table(title=title), [], results.busy()
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in {"engine", "question"} else "right")
    for name in ("sqlite", "postgresql"):
        if options.only in {None, name}:
            with fresh_database(name) as url:
                rows += [(name, *row) for row in _measure(url, options.accounts)]
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)
    if options.keep:
        results.keep("domain", title, COLUMNS, rows, load)


def _measure(url: str, accounts: int) -> list[tuple[str, ...]]:
    engine = open_engine(url)
    upgrade(engine)
    rows = []
    with session_factory(engine).begin() as session:
        rows.append(_timed(engine, "built", lambda: build(session, accounts), lambda _: f"{accounts:,}"))
    with session_factory(engine).begin() as session:
        count_rows_anew(session)
    with session_factory(engine)() as session:
        rows.append(
            _timed(
                engine,
                "cut list",
                lambda: cut_list(session, TODAY, now=NOW),
                lambda found: f"{len(found.rows):,} listed, {len(found.allowed):,} may be cut",
            )
        )
        rows.append(
            _timed(
                engine,
                "notice run",
                lambda: notice_run(session, TODAY, now=NOW),
                lambda found: f"{len(found.due):,} due, {len(found.not_due):,} not",
            )
        )
    engine.dispose()
    return rows


def _timed(engine: Engine, what: str, ask: Callable[[], T], say: Callable[[T], str]) -> tuple[str, ...]:
    served, begun, spent = server_seconds(engine), time.perf_counter(), time.process_time()
    answer = ask()
    seconds, spent = time.perf_counter() - begun, time.process_time() - spent
    served = server_seconds(engine) - served
    return what, say(answer), f"{seconds:.1f}", f"{spent:.1f}", f"{served:.1f}"


def build(session: Session, accounts: int) -> None:
    """Customers, places, bills, payments of nine in ten, and notices to those behind."""
    load_sample_rules(session, now=NOW)
    for start in range(1, accounts + 1, BATCH):
        numbers = range(start, min(start + BATCH, accounts + 1))
        _places(session, numbers)
        _money(session, numbers)
    ids = session.scalars(select(Account.id).where(Account.id % 10 == 0)).all()
    rows = [
        {
            "account_id": id_,
            "kind": kind,
            "sent_on": TODAY - timedelta(days=days),
            "valid_until": TODAY + timedelta(days=30),
            "amount_cents": CENTS,
            "state": "sent",
            "language": "en",
        }
        for id_ in ids
        for kind, days in (("past_due", 40), ("final", 14))
    ]
    insert_all(session, Notice, rows)


def _places(session: Session, numbers: range) -> None:
    where = shapely.Point(-98.6, 39.1)
    insert_all(session, Customer, [{"id": n, "name": f"Customer {n}"} for n in numbers])
    insert_all(
        session,
        Premise,
        [
            {
                "id": n,
                "number": f"P{n}",
                "house_number": str(n),
                "street": "Alder Street",
                "city": "Falls",
                "postcode": "00001",
                "position": where,
            }
            for n in numbers
        ],
    )
    insert_all(session, Account, [{"id": n, "number": f"A{n}", "customer_id": n} for n in numbers])
    points = [{"id": n, "number": f"S{n}", "premise_id": n, "size": "5/8", "state": "on"} for n in numbers]
    insert_all(session, ServicePoint, points)
    agreements = [
        {"account_id": n, "service_point_id": n, "start_on": TODAY - timedelta(days=900)} for n in numbers
    ]
    insert_all(session, ServiceAgreement, agreements)


def _money(session: Session, numbers: range) -> None:
    """The newest bill is not due yet; who is behind left the two before it open."""
    bills, payments = [], []
    for n in numbers:
        for month in range(BILLS):
            billed = TODAY - timedelta(days=10 + 60 * month)
            asked = BillRequest(
                reference=f"B{n}-{month}",
                account_number=f"A{n}",
                service="water",
                billed_on=billed,
                due_on=billed + timedelta(days=21),
                cents=CENTS,
            )
            bills.append((n, asked))
            if month > (2 if n % 10 == 0 else 0):
                payments.append(
                    draft(
                        source=f"payment:B{n}-{month}",
                        purpose="payment",
                        message=Message.of("entry.payment", channel="web"),
                        lines=[("UNDEP", "AR", CENTS)],
                        parties={"account": f"A{n}"},
                        effective_at=NOW - timedelta(days=60 * month),
                    )
                )
    record_bills(session, bills, now=NOW, actor="bench")
    post_all(session, payments, now=NOW)

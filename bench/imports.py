"""What importing costs: a district, two years of its meters' reads, a day's orders, and payments.

PostgreSQL runs without waiting for the disk, SQLite as it does in production. Memory is the most that the
process has had, reading the file included.
"""

import argparse
import cProfile
import multiprocessing
import pstats
import resource
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bench import results
from bench.databases import fresh_database, server_seconds
from server.db import open_engine, session_factory
from server.imports import import_rows
from server.migrate import upgrade
from sync import collector
from tests.integration.usecases.world import NOW
from workorders.usecases.district.publish_rules import publish_rules, sample_document

ZONE = ZoneInfo("America/Chicago")
COLUMNS = ("engine", "file", "rows", "rows/s", "CPU ms/row", "of the server", "memory MB")
KINDS = ("premises", "accounts", "meters", "reads", "orders", "payments")
STREETS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Juniper", "Linden")
NAMES = ("Abbott", "Baker", "Castro", "Dunn", "Ellis", "Ford", "Garcia", "Hill", "Ivers", "Jones")
console = Console(width=110)


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows of a file, how long its import took, the seconds of processor it cost here and in PostgreSQL, and
    the most memory that the process had, in bytes.
    """

    kind: str
    rows: int
    seconds: float
    processor: float
    server: float
    memory: int


def main(arguments: list[str] | None = None) -> None:
    """Measure each engine in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench imports", description=__doc__)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--orders", type=int, default=2_500)
    parser.add_argument("--reads", type=int, default=24, help="for each meter")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--profile", choices=KINDS, help="where the time of one of them goes")
    parser.add_argument("--keep", action="store_true", help="for docs/figures.md")
    options, _ = parser.parse_known_args(arguments)
    title = f"Imports into an empty district of {options.accounts:,} accounts"
    table, rows, load = Table(title=title), [], results.busy()
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in {"engine", "file"} else "right")
    with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
        files = _files(Path(folder), options.accounts, options.reads, options.orders)
        for engine in ("sqlite", "postgresql"):
            if options.only in {None, engine}:
                with (
                    fresh_database(engine) as url,
                    multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as alone,
                ):
                    alone.apply(_prepare, (url,))
                    for kind, path in files.items():
                        one = alone.apply(_measure, (url, kind, path, kind == options.profile))
                        rows.append(_row(engine, one))
                        table.add_row(*rows[-1])
    console.print(table)
    if options.keep:
        results.keep("imports", title, COLUMNS, rows, load)


def _row(engine: str, one: Measured) -> tuple[str, ...]:
    return (
        engine,
        one.kind,
        f"{one.rows:,}",
        f"{one.rows / one.seconds:,.0f}",
        f"{one.processor * 1000 / one.rows:.2f}",
        f"{one.server * 1000 / one.rows:.2f}",
        f"{one.memory / 1e6:,.0f}",
    )


def _prepare(url: str) -> None:
    """An empty district with its rules."""
    engine = open_engine(url)
    upgrade(engine)
    with session_factory(engine).begin() as session:
        publish_rules(session, sample_document(), now=NOW - timedelta(days=300))
    engine.dispose()


def _files(folder: Path, accounts: int, reads: int, orders: int) -> dict[str, Path]:
    """The file of each kind, in the order of KINDS."""
    premises, people, meters = _district(accounts)
    lines = (premises, people, meters, _reads(accounts, reads), _orders(orders), _payments(accounts))
    found = {}
    for kind, some in zip(KINDS, lines, strict=True):
        found[kind] = folder / f"{kind}.csv"
        found[kind].write_text("\n".join(some))
    return found


def _measure(url: str, kind: str, path: Path, profiled: bool) -> Measured:
    """Import one file; in a process of its own, so that its memory is that of this import."""
    engine, profile = open_engine(url), cProfile.Profile()
    # Opened before, so that the server's part of it is counted from the beginning.
    engine.connect().close()
    data = path.read_bytes()
    collector.freeze_loaded()
    if profiled:
        profile.enable()
    served = server_seconds(engine)
    begun, spent = time.perf_counter(), time.process_time()
    report = import_rows(session_factory(engine), kind, path.name, data, now=NOW, zone=ZONE)
    seconds, processor = time.perf_counter() - begun, time.process_time() - spent
    served = server_seconds(engine) - served
    profile.disable()
    if report.errors:
        raise RuntimeError(report.errors[:3])
    if profiled:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(60)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    engine.dispose()
    return Measured(kind, report.rows, seconds, processor, served, memory)


def _district(accounts: int) -> tuple[list[str], list[str], list[str]]:
    premises = ["premise,house_number,street,city,postcode,longitude,latitude,service_point,size,state"]
    people = ["account,customer_name,phone,opened_on,service_points,opening_balance,balance_on"]
    meters = ["serial,make,size,dials,service_point,installed_on,start_read,last_read,last_read_on,status"]
    for i in range(1, accounts + 1):
        lon, lat = -98.7 + i % 400 / 2000, 39.05 + i // 400 / 2000
        # Every fiftieth service was cut for non-payment: its payment raises a reconnect.
        state = "off_np" if i % 50 == 0 else "on"
        street = f"{STREETS[i % 10]} {NAMES[i // 900 % 10]} Street"
        premises.append(
            f"P-{i},{i % 900 + 1},{street},Demo Falls,00001,{lon:.5f},{lat:.5f},SP-{i},5/8,{state}"
        )
        phone = f"555-{i % 10_000:04d}"
        people.append(f"A-{i},{NAMES[i % 10]} {i},{phone},2020-05-01,SP-{i},{i % 90 + 10}.50,2026-02-01")
        meters.append(f"CB-{i},Demo,5/8,6,SP-{i},2020-05-01,0,{1_000 + i},2026-02-01,installed")
    return premises, people, meters


def _reads(accounts: int, months: int) -> list[str]:
    rows = ["serial,read_on,value"]
    for month in range(months):
        year, of_year = divmod(month, 12)
        day = f"{2024 + year}-{of_year + 1:02d}-05"
        rows += [f"CB-{i},{day},{i % 100 + month * 4_000}" for i in range(1, accounts + 1)]
    return rows


def _orders(orders: int) -> list[str]:
    rows = ["type,service_point,priority,due_on,extra.flag_reason,extra.reason"]
    for i in range(1, orders + 1):
        what = ("exchange", "", "age") if i % 5 == 0 else ("reread", "estimate", "")
        rows.append(f"{what[0]},SP-{i},50,2026-03-06,{what[1]},{what[2]}")
    return rows


def _payments(accounts: int) -> list[str]:
    """A lockbox file: every account pays its balance, so that services that were cut get a reconnect."""
    rows = ["id,account,amount,received_on,reference"]
    rows += [f"LB-{i},A-{i},{i % 90 + 10}.50,2026-03-02,{1_000 + i}" for i in range(1, accounts + 1)]
    return rows

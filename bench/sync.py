"""What replication costs: a tablet's day, a large pull, parked feeds, and whether cost stays flat.

Servers take turns within one run, so that the machine's other work strikes all alike. Read the ratios; the
milliseconds are this machine's.
"""

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import sync_feeds, sync_scale
from bench.sync_day import ORDERS, PHASES, measure_day, median
from bench.sync_group_commit import Line
from bench.sync_servers import Server, embedded, named, pouchdb_server

HERE = Path(__file__).parent
console = Console(width=110)


def main(arguments: list[str] | None = None) -> None:
    """Run the parts asked for and print a table each."""
    parser = argparse.ArgumentParser(prog="python -m bench sync", description=__doc__)
    parser.add_argument("--tablets", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=10_000, help="of the large pull")
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--against", action="append", default=[], metavar="URL", help="user:password@ in it")
    parser.add_argument("--postgresql", metavar="URL", help="of an EMPTY database, to measure as well")
    parser.add_argument("--no-pouchdb-server", action="store_true")
    parser.add_argument("--only", choices=("day", "pull", "feeds", "scale"), action="append")
    parser.add_argument("--flat", action="store_true", help="the same as --only scale")
    options, _ = parser.parse_known_args(arguments)
    parts = ["scale"] if options.flat else options.only or ["day", "pull", "feeds", "scale"]
    if parts != ["scale"]:
        compare(parts, options)
    if "scale" in parts:
        sync_scale.scale(options.tablets // 2, options.rounds)


def compare(parts: Sequence[str], options: argparse.Namespace) -> None:
    """Run the parts that set servers side by side."""
    with ExitStack() as stack:
        servers = [stack.enter_context(embedded())]
        if options.postgresql:
            servers.append(stack.enter_context(embedded(options.postgresql)))
        servers += [named(url) for url in options.against]
        if not options.no_pouchdb_server:
            servers.append(stack.enter_context(pouchdb_server()))
        if "day" in parts:
            day(servers, options.tablets, options.rounds)
        if "pull" in parts:
            large_pull(servers, options.documents, options.rounds)
        if "feeds" in parts:
            feeds(servers, options.feeds)


def day(servers: Sequence[Server], tablets: int, rounds: int) -> None:
    """Print each phase's cost per tablet on every server."""
    measured = measure_day([(server.name, server) for server in servers], tablets, rounds)
    first = servers[0].name
    table = Table(title=f"Per tablet, {tablets} tablets × {ORDERS} orders, median of {rounds} rounds")
    for column in ("phase", "server", "wall ms", "server CPU ms", "CPU ratio to the first"):
        table.add_column(column, justify="left" if column in {"phase", "server"} else "right")
    for phase in PHASES:
        base = median(measured[first][phase], lambda one: one.processor)
        for server in servers:
            wall = median(measured[server.name][phase], lambda one: one.wall)
            processor = median(measured[server.name][phase], lambda one: one.processor)
            known = (
                [f"{processor * 1000:.2f}", f"{processor / base:.2f}"] if server.pids and base else ["–", "–"]
            )
            table.add_row(phase, server.name, f"{wall * 1000:.2f}", *known)
    console.print(table)


def large_pull(servers: Sequence[Server], documents: int, rounds: int) -> None:
    """Print how long PouchDB in memory needs for a database of many small documents."""
    table = Table(title=f"{documents:,} documents of 0.7 KB to PouchDB in memory, median of {rounds} rounds")
    for column in ("batch", "server", "seconds", "server CPU s"):
        table.add_column(column, justify="left" if column == "server" else "right")
    database = f"tech-pull-{time.time_ns()}"
    for server in servers:
        with closing(Line(server.url)) as line:
            line.send("PUT", f"/{database}?q=1", server.admin_headers())
            for start in range(0, documents, 500):
                docs = [
                    {"_id": f"ref:{number:06}", "n": number, "text": "x" * 620}
                    for number in range(start, min(start + 500, documents))
                ]
                line.send("POST", f"/{database}/_bulk_docs", server.admin_headers(), {"docs": docs})
    for batch in (100, 1_000):
        took: dict[str, list[tuple[float, float]]] = {server.name: [] for server in servers}
        for _ in range(rounds):
            for server in servers:
                before = server.processor_seconds()
                seconds = _pull(server, database, batch, documents)
                took[server.name].append((seconds, server.processor_seconds() - before))
        for server in servers:
            seconds, processor = (
                statistics.median(column) for column in zip(*took[server.name], strict=True)
            )
            table.add_row(
                f"{batch:,}", server.name, f"{seconds:.2f}", f"{processor:.2f}" if server.pids else "–"
            )
    console.print(table)


def _pull(server: Server, database: str, batch: int, documents: int) -> float:
    headers = json.dumps(server.admin_headers())
    command = ["node", str(HERE / "sync_pull.mjs"), f"{server.url}/{database}", str(batch), headers]
    measured = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if measured["written"] != documents:
        raise RuntimeError(f"{measured['written']} documents arrived instead of {documents}")
    return float(measured["seconds"])


def feeds(servers: Sequence[Server], number: int) -> None:
    """Print what parked feeds cost and how soon they wake."""
    table = Table(title=f"{number:,} parked feeds")
    for column in ("server", "MB more", "idle CPU of a core", "wake median s", "wake p95 s"):
        table.add_column(column, justify="left" if column == "server" else "right")
    for server in servers:
        try:
            parked = sync_feeds.measure(server, number)
        except (OSError, EOFError, RuntimeError, TimeoutError) as failure:
            table.add_row(server.name, f"failed: {type(failure).__name__}", "", "", "")
            continue
        known = [f"{parked.bytes_more / 1e6:.0f}", f"{parked.idle_share:.1%}"] if server.pids else ["–", "–"]
        table.add_row(server.name, *known, f"{parked.wake_at(0.5):.3f}", f"{parked.wake_at(0.95):.3f}")
    console.print(table)


if __name__ == "__main__":
    main()

"""Whether a tablet's cost depends on how much else the store holds: other databases, other documents."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.sync_day import PHASES, measure_day, median
from bench.sync_servers import Server, embedded
from sync.bare import create_tables, make_engine
from sync.stores.sql.store import SqlStore
from tests import postgres

SIZES = ((10, 100), (2_000, 2_000), (10, 100_000))
"""(databases, documents in them all): a handful, a large fleet, and few databases full to the brim."""
console = Console(width=110)


def scale(tablets: int, rounds: int) -> None:
    """Print the processor time per tablet at each size, on SQLite and on PostgreSQL where it is installed."""
    _print("SQLite", _sqlite_urls(), tablets, rounds)
    try:
        postgres.binaries()
    except FileNotFoundError:
        return
    _print("PostgreSQL included", _postgres_urls(), tablets, rounds)


@contextmanager
def _sqlite_urls() -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
        yield [f"sqlite:///{Path(folder) / f'{number}.db'}" for number, _ in enumerate(SIZES)]


@contextmanager
def _postgres_urls() -> Iterator[list[str]]:
    # A cluster each, so that the background work of one is not counted as another's.
    with ExitStack() as stack:
        clusters = []
        for _ in SIZES:
            clusters.append(postgres.start())
            stack.callback(clusters[-1].stop)
        yield [cluster.url for cluster in clusters]


def _print(engine: str, places: AbstractContextManager[list[str]], tablets: int, rounds: int) -> None:
    with ExitStack() as stack:
        servers: list[tuple[str, Server]] = []
        for (databases, documents), url in zip(SIZES, stack.enter_context(places), strict=True):
            fill(url, databases, documents)
            name = f"{databases:,} databases, {documents:,} documents"
            servers.append((name, stack.enter_context(embedded(url))))
        measure_day(servers, tablets, 1)  # whatever is done once per process
        measured = measure_day(servers, tablets, rounds)
    table = Table(title=f"Server CPU ms per tablet (ratio), {engine}: {tablets} tablets, median of {rounds}")
    table.add_column("elsewhere in the store")
    for phase in PHASES:
        table.add_column(phase, justify="right")
    costs = {
        name: [median(measured[name][phase], lambda one: one.processor) * 1000 for phase in PHASES]
        for name, _ in servers
    }
    base = costs[servers[0][0]]
    for name, cost in costs.items():
        cells = [
            f"{one:.2f} ({one / first:.2f})" if first else "–" for one, first in zip(cost, base, strict=True)
        ]
        table.add_row(name, *cells)
    console.print(table)


def fill(url: str, databases: int, documents: int) -> None:
    """Make other technicians' databases that hold so many documents between them."""
    create_tables(url)
    engine = make_engine(url)
    store = SqlStore(engine)
    each = -(-documents // databases)
    for number in range(databases):
        name = f"tech-other-{number}"
        store.ensure_database(name)
        for start in range(0, each, 1_000):
            docs = {f"order:{n}": {"n": n, "text": "x" * 600} for n in range(start, min(start + 1_000, each))}
            store.put_documents(name, docs)
    store.close()
    engine.dispose()

"""What people wait for: pages of a large district, asked one after the other by one client.

The application is asked in this process, so times are the server's own, without a network. With `--folder`
the SQLite district is kept there and used again.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import event, select

from bench import results
from bench.databases import server_seconds
from bench.district import crowd, database, district
from demo.signins import read_sign_ins
from server.app import create_app
from server.services import Services
from sync import collector
from workorders.tables import Account, Meter, Order, Premise

ASKED, WARM = 40, 3
COLUMNS = ("engine", "page", "median ms", "p95 ms", "CPU ms", "statements", "kB")
console = Console(width=110)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the product: who asks for it, and its addresses, each time another one."""

    name: str
    role: str
    addresses: Sequence[str]
    asked: int = ASKED


def main(arguments: list[str] | None = None) -> None:
    """Measure each engine and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench pages", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--folder", type=Path, help="where the SQLite district is, or is made and stays")
    parser.add_argument("--page", help="only pages whose name has this in it")
    parser.add_argument("--profile", action="store_true", help="where the time of each page goes")
    parser.add_argument("--keep", action="store_true", help="for docs/figures.md")
    options, _ = parser.parse_known_args(arguments)
    load, rows = results.busy(), []
    for engine in ("sqlite", "postgresql"):
        if options.only not in {None, engine}:
            continue
        with (
            _folder(options.folder if engine == "sqlite" else None) as folder,
            database(engine, folder) as url,
        ):
            services = district(url, folder, options.accounts)
            crowd(services)
            rows += [(engine, *row) for row in measure(services, options.page, profiled=options.profile)]
            services.engine.dispose()
    title = f"Pages of a district of {options.accounts:,} accounts"
    table = Table(title=title)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:2] else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if options.keep:
        results.keep("pages", title, COLUMNS, rows, load)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="curbstop-bench-") as folder:
        yield Path(folder)


def measure(services: Services, wanted: str | None, *, profiled: bool) -> Iterator[tuple[str, ...]]:
    """The figures of each page."""
    app = create_app(services=services)
    # As the web server does at its start.
    collector.freeze_loaded()
    signed_in = {
        role: _client(app.test_client, services, role) for role in ("csr", "dispatcher", "supervisor")
    }
    for page in _pages(services):
        if wanted is None or wanted in page.name:
            yield _measured(services, signed_in[page.role], page, profiled=profiled)


def _client(make: Callable[[], FlaskClient], services: Services, role: str) -> FlaskClient:
    """Signed in as the demo's user with that role, by the form."""
    signs = read_sign_ins(services.config.data_dir)
    if signs is None:
        raise RuntimeError(f"there is no demo district in {services.config.data_dir}")
    client, user = make(), signs.of(role)
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    client.environ_base["HTTP_ACCEPT_ENCODING"] = "gzip"
    plain = client.get("/sign-in", headers={"Accept-Encoding": "identity"}).text
    token = plain.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/sign-in", data={"csrf_token": token, "name": user.name, "password": user.password})
    if answer.status_code != 302:
        raise RuntimeError(f"{user.name} was not let in: {answer.status}")
    return client


def _measured(services: Services, client: FlaskClient, page: Page, *, profiled: bool) -> tuple[str, ...]:
    statements = [0]

    def count(*_about: Any) -> None:
        statements[0] += 1

    for address in page.addresses[:WARM]:
        client.get(address)
    event.listen(services.engine, "before_cursor_execute", count)
    took, most, sent = [], 0, 0
    served, spent = server_seconds(services.engine), time.process_time()
    for turn in range(page.asked):
        address = page.addresses[turn % len(page.addresses)]
        statements[0] = 0
        begun = time.perf_counter()
        answer = client.get(address)
        body = answer.get_data()
        took.append((time.perf_counter() - begun) * 1000)
        most, sent = max(most, statements[0]), max(sent, len(body))
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
    spent = time.process_time() - spent + server_seconds(services.engine) - served
    event.remove(services.engine, "before_cursor_execute", count)
    if profiled:
        _profile(client, page)
    slowest = sorted(took)[max(round(len(took) * 0.95) - 1, 0)]
    cpu = spent * 1000 / page.asked
    return (
        page.name,
        f"{statistics.median(took):.0f}",
        f"{slowest:.0f}",
        f"{cpu:.0f}",
        f"{most}",
        f"{sent / 1000:.0f}",
    )


def _profile(client: FlaskClient, page: Page) -> None:
    import cProfile  # noqa: PLC0415 - only where it is asked for
    import pstats  # noqa: PLC0415

    profile = cProfile.Profile()
    for address in page.addresses[:5]:
        profile.runcall(client.get, address)
    console.print(f"{page.name}: five requests")
    pstats.Stats(profile).sort_stats("cumtime").print_stats(60)


def _pages(services: Services) -> list[Page]:
    """What is asked, over subjects drawn by chance from the whole district."""
    dice = random.Random(12)
    with services.read_sessions() as session:
        accounts = session.scalars(select(Account.number)).all()
        orders = session.scalars(select(Order.number)).all()
        premises = session.execute(select(Premise.number, Premise.house_number, Premise.street)).all()
        serials = session.scalars(select(Meter.serial)).all()
    some = [dice.choice(accounts) for _ in range(ASKED)]
    places = [dice.choice(premises) for _ in range(ASKED)]
    searched = [f"/csr/?q={account}" for account in some[:10]]
    searched += [f"/csr/?q={row.house_number}+{row.street.replace(' ', '+')}" for row in places[:10]]
    searched += [f"/csr/?q=customer+{dice.randrange(len(accounts))}" for _ in range(10)]
    searched += [f"/csr/?q={dice.choice(serials)}" for _ in range(10)]
    return [
        Page("account", "csr", [f"/csr/accounts/{number}" for number in some]),
        Page("premise", "csr", [f"/csr/premises/{row.number}" for row in places]),
        Page("order", "csr", [f"/csr/orders/{dice.choice(orders)}" for _ in range(ASKED)]),
        Page("search", "csr", searched),
        Page("worklists", "csr", ["/csr/worklists"]),
        Page("board", "dispatcher", ["/dispatch/"]),
        Page("board's map", "dispatcher", ["/dispatch/map.json"]),
        Page("board's state", "dispatcher", ["/dispatch/status"]),
        Page("list of orders", "dispatcher", ["/dispatch/orders"]),
        Page("review", "supervisor", ["/office/"]),
        Page("counter", "supervisor", [f"/office/counter?account={number}" for number in some]),
        Page("turn-ins", "supervisor", ["/office/cash/turn-ins"]),
        Page("receipt numbers", "supervisor", ["/office/cash/receipts"]),
        Page("days of cash", "supervisor", ["/office/cash/days"]),
        Page("deposits", "supervisor", ["/office/cash/deposits"]),
        Page("payments", "supervisor", ["/office/payments"]),
        Page("cut list", "supervisor", ["/office/collections/"], asked=2),
    ]

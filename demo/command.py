"""`curbstop demo`: load an invented district; `day` plays a day of it over the network, `month` a month."""

import json
from pathlib import Path

import click
from rich.console import Console

from demo.district import load_demo
from demo.month.run import play_month
from demo.month.showing import ZEROS, month_config, month_table, play_without_waiting
from demo.played_day.player import play_day
from demo.played_day.summary import as_document, as_tables
from demo.signins import FILE, describe_sign_ins, read_sign_ins
from demo.town import MOST_ACCOUNTS
from server.config import Config
from server.logs import configure_logs
from server.migrate import upgrade
from server.progress import progress_bars
from server.services import open_services, utc_now
from workorders.problems import Problem


@click.group("demo", invoke_without_command=True)
@click.option("--accounts", default=2500, show_default=True, type=click.IntRange(100, MOST_ACCOUNTS))
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same district.")
@click.pass_context
def demo_command(context: click.Context, accounts: int, seed: int) -> None:
    """Fill an empty database with an invented district; does nothing when there are accounts already."""
    if context.invoked_subcommand is not None:
        return
    config = Config.from_env()
    services = open_services(config)
    try:
        upgrade(services.engine)
        signs = load_demo(
            services.sessions,
            config,
            accounts=accounts,
            seed=seed,
            now=utc_now(),
            console=Console(stderr=True),
        )
    finally:
        services.engine.dispose()
    if signs is None:
        click.echo("The database has accounts already; nothing was changed.")
        return
    click.echo(f"A demo district of {accounts:,} accounts is loaded.")
    click.echo(describe_sign_ins(config))


@demo_command.command("day")
@click.option(
    "--url", default="", help="The running server; default: this machine, on the port of the settings."
)
@click.option(
    "--sign-ins",
    type=click.Path(path_type=Path),
    help="Folder with the demo's sign-ins; default: the data folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object that ends with the figures.")
def day(url: str, sign_ins: Path | None, as_json: bool) -> None:
    """Play a day over HTTP with four real tablets, and print what became of everything."""
    config = Config.from_env()
    folder = sign_ins or config.data_dir
    signs = read_sign_ins(folder)
    if signs is None:
        raise Problem("demo_sign_ins_missing", file=str(folder / FILE))
    console = Console(stderr=True)
    address = url or f"http://127.0.0.1:{config.port}"
    with console.status("Asking for a cast …") as status:
        played = play_day(address, signs, lambda words: status.update(f"{words} …"))
    if as_json:
        click.echo(json.dumps(as_document(played)))
    else:
        Console().print(as_tables(played))


@demo_command.command("month")
@click.option("--accounts", default=25_000, show_default=True, type=click.IntRange(100, MOST_ACCOUNTS))
@click.option("--days", default=22, show_default=True, type=click.IntRange(5, 60), help="Working days.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same month.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object of all figures.")
def month(accounts: int, days: int, seed: int, as_json: bool) -> None:
    """Play a month of a new district in an empty database: bills, notices, cuts, moves, money, faults."""
    config = month_config(Config.from_env())
    configure_logs("ERROR")
    services = open_services(config)
    play_without_waiting(services.engine)
    console = Console(stderr=True, quiet=as_json)
    try:
        upgrade(services.engine)
        with progress_bars(console) as progress:
            played = play_month(services, accounts=accounts, days=days, seed=seed, progress=progress)
    finally:
        services.engine.dispose()
    if as_json:
        click.echo(json.dumps(played))
    else:
        Console().print(month_table(played))
    if any(played[name] for name in ZEROS):
        raise SystemExit(1)

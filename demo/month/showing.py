"""Where a month is played, and its figures as people read them."""

import os
import shutil
import sqlite3
from dataclasses import replace
from typing import Any

from rich.table import Table
from sqlalchemy import Engine, event

from server.config import Config

ZEROS = (
    "lost",
    "doubled",
    "trial_balance_cents",
    "customer_truth_violations",
    "custody_cents",
    "unexplained_receipts",
)
"""Figures that are 0 where nothing went wrong; the command fails otherwise."""
FOLDER = "month"
DATABASE = "CURBSTOP_DATABASE_URL"


def month_config(config: Config) -> Config:
    """The settings with a database of the month's own, made anew: a folder beside the district's data.

    Where a database is named by its setting, the month is played there, and it must be empty.
    """
    if os.environ.get(DATABASE):
        return config
    folder = config.data_dir / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    return replace(config, data_dir=folder, database_url="").checked()


def play_without_waiting(engine: Engine) -> None:
    """On SQLite, let no commit wait for the disk: a month that was interrupted is played anew."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _without_waiting)


def _without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF").close()


def month_table(played: dict[str, Any]) -> Table:
    """The figures, a line each; those that must be 0 last."""
    table = Table("Figure", "Count", title="The month in figures")
    for name, value in played.items():
        if isinstance(value, int) and name not in ZEROS:
            table.add_row(name.replace("_", " "), f"{value:,}")
    for name, lengths in played["worklists"].items():
        table.add_row(
            f"worklist {name.replace('_', ' ')}", f"{lengths['most']} at most, {lengths['end']} at the end"
        )
    table.add_section()
    for name in ZEROS:
        table.add_row(name.replace("_", " "), f"{played[name]:,}")
    return table

"""What events add and nobody reads before it is needed: written together, one statement for each table."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.ledger import EntryDraft, post_all
from workorders.messages.message import Message
from workorders.tables import (
    Account,
    Evidence,
    FieldEvent,
    OrderEvent,
    Outbox,
    Read,
    ServicePointEvent,
)
from workorders.tables.bulk import insert_all
from workorders.usecases.collections.reconsider import reconsider_accounts

_IN_ORDER: tuple[type[Any], ...] = (OrderEvent, ServicePointEvent, Read, FieldEvent, Evidence, Outbox)
"""A row is written after what it refers to."""


class PendingRows:
    """Rows by table, entries, and accounts to reconsider, in the order in which they were added."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[type[Any], list[dict[str, Any]]] = {model: [] for model in _IN_ORDER}
        self._entries: list[EntryDraft] = []
        self._accounts: dict[str, tuple[Account, str]] = {}
        self._now: datetime | None = None

    def add(self, model: type[Any], row: dict[str, Any]) -> None:
        """Write the row at the next `write`. Every row of a table names the same columns."""
        self._rows[model].append(row)

    def post(self, entry: EntryDraft, *, now: datetime) -> None:
        """Post the entry at the next `write`."""
        self._entries.append(entry)
        self._now = now

    def reconsider(self, account: Account, *, source: str, now: datetime) -> None:
        """At the next `write`, let cuts of the account follow what it owes; the caller has locked it."""
        self._accounts[account.number] = (account, source)
        self._now = now

    def awaits(self, account: str) -> bool:
        """Whether the account with that number is to be reconsidered."""
        return account in self._accounts

    def write(self) -> None:
        """Write what was added, and let follow what it leads to.

        Raises sqlalchemy's IntegrityError or DataError when the database refuses any of it.
        """
        for model, rows in self._rows.items():
            if rows:
                insert_all(self._session, model, rows)
                self._rows[model] = []
        if self._now is None:
            return
        now, entries, accounts = self._now, self._entries, list(self._accounts.values())
        self._now, self._entries, self._accounts = None, [], {}
        if entries:
            post_all(self._session, entries, now=now)
        reconsider_accounts(
            self._session, accounts, reason=Message("reason.nothing_due"), now=now, actor="curbstop"
        )

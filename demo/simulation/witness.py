"""What everybody who saw it would swear to: facts that were confirmed, money that changed hands."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Document = dict[str, Any]


def stated(document: Document) -> Document:
    """What a document says, without the fields of the store."""
    return {key: value for key, value in document.items() if not key.startswith("_")}


@dataclass
class Stored:
    """A fact the server confirmed: what it says, who has it, and when that was."""

    document: Document
    database: str
    at: datetime


@dataclass
class Paid:
    """Money that the office confirmed."""

    account: str
    cents: int
    at: datetime
    taken_back: datetime | None = None


@dataclass
class Witness:
    """The run's own account of the district's facts, kept without the program's help."""

    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    """By document id and revision."""
    rolled_back: dict[tuple[str, str], Stored] = field(default_factory=dict)
    """Confirmed facts that the records forgot when a backup was put back."""
    payments: dict[str, Paid] = field(default_factory=dict)
    orders: dict[str, datetime] = field(default_factory=dict)
    """Raised orders that were confirmed to somebody."""
    written: int = 0
    refused_after_revoke: int = 0
    revoked: dict[str, datetime] = field(default_factory=dict)
    """Tablets taken out of use, since when."""
    taken_after_revoke: list[str] = field(default_factory=list)
    """Facts that the server took from a tablet after it was taken out of use."""

    def server_has(self, document: Document, database: str, at: datetime) -> None:
        """The server has said that it has a fact."""
        key = str(document["_id"]), str(document["_rev"])
        if key not in self.stored:
            self.stored[key] = Stored(stated(document), database, at)

    def forget_since(self, backup: datetime) -> None:
        """The records were put back as of `backup`. What tablets still hold of later facts comes again."""
        since = {key: one for key, one in self.stored.items() if one.at >= backup}
        self.rolled_back |= since
        self.stored = {key: one for key, one in self.stored.items() if key not in since}
        self.payments = {key: one for key, one in self.payments.items() if one.at < backup}
        for one in self.payments.values():
            if one.taken_back is not None and one.taken_back >= backup:
                one.taken_back = None
        self.orders = {key: at for key, at in self.orders.items() if at < backup}

    def expect_again(self, held: set[tuple[str, str]]) -> None:
        """At the end: what was rolled back and some tablet holds (`held`) must have come again.

        What tablets lost as well, set back or taken out of use before they were heard, nobody has.
        """
        again = {key: one for key, one in self.rolled_back.items() if key in held}
        self.stored = again | self.stored

"""What a tablet keeps on its disk: the journal of facts, the local documents, counters and checkpoints."""

import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Document = dict[str, Any]
NO_RECEIPT = "0" * 64
"""`previous_hash` of the first receipt of a block (docs/documents.md)."""


@dataclass
class Storage:
    """One technician's profile on one tablet. A backup of the tablet, or a clone, holds a copy of it."""

    device: str
    technician: str
    key: int
    prefix: str
    database_id: str
    """Made with the local database; replication names its checkpoints by it."""
    counter: int = 0
    next_receipt: int = 1
    chain: str = NO_RECEIPT
    journal: dict[str, Document] = field(default_factory=dict)
    """Facts the server has not confirmed."""
    events: dict[str, Document] = field(default_factory=dict)
    """This tablet's own facts in the local database, in the order in which they were put there."""
    sent: set[str] = field(default_factory=set)
    docs: dict[str, Document] = field(default_factory=dict)
    """What came down and is shown, by id."""
    leaves: dict[str, dict[str, Document]] = field(default_factory=dict)
    """All leaves of each document, by revision: several after the server's records went back."""
    known: dict[str, set[str]] = field(default_factory=dict)
    """Every revision that is a leaf or was the ancestor of one."""
    finished: set[tuple[str, int]] = field(default_factory=set)
    """Orders, by number and epoch, that need no more from this technician."""
    pulled_to: str = "0"
    pushed_to: int = 0
    purges: str | None = None
    """How many purges the server's database had seen at the last comparison."""
    compared: bool = False
    """Documents that the server had put away have left this tablet too."""
    grant: str | None = None
    """What shows that the office let it in, should the office's records lose it."""
    token: tuple[str, datetime] | None = None
    """An access token, and until when it is good."""
    offset_ms: int | None = None
    """Server time minus the tablet's own, as of the last sign-in."""

    @property
    def prefix_of_events(self) -> str:
        """How the ids of its own facts begin."""
        return f"event:{self.device}:"

    @property
    def waiting(self) -> list[str]:
        """Own facts that the server has neither confirmed nor answered, oldest first."""
        known = self.journal.keys() | self.events.keys()
        return sorted(one for one in known - self.sent if f"ack:{one}" not in self.docs)

    def copied(self) -> "Storage":
        """All of it as it is now."""
        return copy.deepcopy(self)

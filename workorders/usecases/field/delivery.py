"""A document as it came from a technician's database, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workorders.messages.message import Message


@dataclass(frozen=True, slots=True)
class Delivery:
    """A document, the database and revision it was found in, when, and the last contact before (if known)."""

    document: Mapping[str, Any]
    database: str
    revision: str
    received_at: datetime
    last_contact: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the acknowledgement says: `status` is posted, review or quarantined.

    `duplicate`: the document was known and changed nothing.
    """

    status: str
    message: Message
    codes: tuple[str, ...] = ()
    duplicate: bool = False

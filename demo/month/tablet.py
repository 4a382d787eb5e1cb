"""A technician's tablet: it pulls documents, writes facts with receipts of its own, and uploads them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from demo.played_day.forms import PHOTO
from sync.stores.contract import DocumentStore
from workorders.judgement.receipts import FIRST_PREVIOUS, format_number, receipt_hash

VERSION = "demo-month"
PULLED = 1_000
"""Changes in one request."""
Document = dict[str, Any]


@dataclass(slots=True)
class Tablet:
    """One tablet with one technician on it."""

    technician: str
    device: str
    prefix: str
    documents: dict[str, Document] = field(default_factory=dict)
    """What was pulled, by document id."""
    since: str = "0"
    counter: int = 0
    receipt: int = 0
    chain: str = FIRST_PREVIOUS
    waiting: list[Document] = field(default_factory=list)
    """Written and not uploaded yet."""
    sent: list[Document] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """Ids of all events, whatever becomes of them."""
    receipts: list[tuple[str, str, int]] = field(default_factory=list)
    """Event id, receipt number and cents of each receipt."""
    signal_on: date | None = None
    """Without signal until that day."""
    done: set[str] = field(default_factory=set)
    """Visits that were made (`visit_key`); an order that is given out anew is visited anew."""
    used: set[str] = field(default_factory=set)
    """Serials of meters that were taken from the van."""

    @property
    def database(self) -> str:
        """Where it replicates with."""
        return f"tech-{self.technician}"

    def pull(self, store: DocumentStore) -> None:
        """Take in what is new, the events it wrote itself left out."""
        while True:
            batch = store.changes(self.database, since=self.since, limit=PULLED)
            self.since = batch.last_seq
            for row in batch.rows:
                if row.deleted:
                    self.documents.pop(row.doc_id, None)
                elif row.doc is not None and not row.doc_id.startswith("event:"):
                    self.documents[row.doc_id] = row.doc
            if not batch.pending:
                return

    def orders(self, day: date) -> list[Document]:
        """The orders of a day that wait on the tablet, in the sequence of the route."""
        mine = [
            one
            for name, one in self.documents.items()
            if name.startswith("order:") and one.get("state") == "dispatched" and one.get("route_day")
        ]
        due = [one for one in mine if one["route_day"] <= day.isoformat()]
        return sorted(due, key=lambda one: (one["route_day"], one["sequence"] or 0, one["number"]))

    def write(
        self,
        kind: str,
        order: Document | None,
        body: Mapping[str, Any],
        at: datetime,
        photos: Iterable[str] = (),
    ) -> Document:
        """The next event; `photos` are names of attachments."""
        self.counter += 1
        document: Document = {
            "_id": f"event:{self.device}:{self.counter:08d}",
            "kind": "event",
            "schema": 1,
            "event": kind,
            "order": order["number"] if order else None,
            "epoch": order["epoch"] if order else None,
            "seen_seq": order["server_seq"] if order else None,
            "rule_set": order.get("rule_set") if order else None,
            "technician": self.technician,
            "device": self.device,
            "counter": self.counter,
            "app_version": VERSION,
            "at": instant(at),
            "clock": {"monotonic_ms": 1000 * self.counter, "offset_ms": 0, "gps_time": None},
            "position": _position(order),
            "body": dict(body),
        }
        files = {name: {"content_type": "image/jpeg", "data": PHOTO} for name in photos}
        if files:
            document["_attachments"] = files
        self.waiting.append(document)
        self.written.append(document["_id"])
        return document

    def take_money(
        self, order: Document, account: str, cents: int, at: datetime, check: str | None = None
    ) -> Document:
        """A receipt for cash or a check, chained to the one before."""
        about: dict[str, Any] = {
            "account": account,
            "amount_cents": cents,
            "method": "check" if check else "cash",
            "check_number": check,
            "taken_at": instant(at),
        }
        made = self.write("payment", order, {"receipt": self._next_receipt(about)}, at)
        self.receipts.append((made["_id"], made["body"]["receipt"]["number"], cents))
        return made

    def void_number(self, order: Document, account: str, reason: str, at: datetime) -> Document:
        """A number that was spoilt."""
        about = {"account": account, "amount_cents": 0, "method": "void", "check_number": None}
        receipt = self._next_receipt(about | {"taken_at": instant(at)})
        made = self.write("receipt_void", order, {"receipt": receipt, "reason": reason}, at)
        self.receipts.append((made["_id"], receipt["number"], 0))
        return made

    def _next_receipt(self, about: dict[str, Any]) -> Document:
        self.receipt += 1
        number = format_number(self.prefix, self.receipt)
        made = receipt_hash(self.chain, number, **about)
        previous, self.chain = self.chain, made
        return {"number": number, **about, "previous_hash": previous, "hash": made}

    def upload(self, store: DocumentStore, held_back: Iterable[str] = ()) -> None:
        """Push what waits, but for events that are held back by name: they go with the next upload."""
        late = set(held_back)
        going = [one for one in self.waiting if one["_id"] not in late]
        self.waiting = [one for one in self.waiting if one["_id"] in late]
        push(store, self.database, going)
        self.sent += going


def push(store: DocumentStore, database: str, documents: Iterable[Document], *, salt: str = "") -> None:
    """Write events as first revisions, as replication does; another `salt` is a revision nobody knows."""
    leaves = []
    for one in documents:
        seed = f"{one['_id']}{salt}"
        hash_ = hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()
        leaves.append(one | {"_rev": f"1-{hash_}", "_revisions": {"start": 1, "ids": [hash_]}})
    if leaves:
        store.write_leaves(database, leaves)


def visit_key(order: Document) -> str:
    """Names one assignment of an order."""
    return f"{order['number']}/{order['epoch']}"


def instant(at: datetime) -> str:
    """As a tablet writes an instant."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _position(order: Document | None) -> dict[str, float] | None:
    if order is None or "premise" not in order:
        return None
    lon, lat = order["premise"]["position"]
    return {"lon": lon, "lat": lat, "accuracy_m": 6}

"""A tablet that writes event documents, without an app or a database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.integration.usecases.world import NOW, device_of
from tests.unit.situations import outcome_of
from workorders.judgement.receipts import FIRST_PREVIOUS, format_number, receipt_hash
from workorders.tables import Order


@dataclass
class Tablet:
    """Writes event documents as a tablet does: a counter of its own, receipts chained by hash."""

    technician: str = "t01"
    counter: int = 0
    receipt: int = 0
    chain: str = FIRST_PREVIOUS
    written: list[dict[str, Any]] = field(default_factory=list)
    device: str = ""
    """Empty: the technician's first."""

    def event(
        self,
        kind: str,
        order: Order | None,
        body: dict[str, Any] | None = None,
        *,
        at: datetime | None = None,
        seen: int | None = None,
        epoch: int | None = None,
        photos: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """The next event about an order, an hour into the morning unless `at` says otherwise."""
        self.counter += 1
        device = self.device or device_of(self.technician)
        document: dict[str, Any] = {
            "_id": f"event:{device}:{self.counter:08d}",
            "kind": "event",
            "schema": 1,
            "event": kind,
            "order": order.number if order is not None else None,
            "epoch": order.epoch if order is not None and epoch is None else epoch,
            "seen_seq": seen,
            "rule_set": 1,
            "technician": self.technician,
            "device": device,
            "counter": self.counter,
            "app_version": "0.1.0",
            "at": (at or NOW + timedelta(hours=1, seconds=self.counter)).isoformat(),
            "clock": {"monotonic_ms": 1000 * self.counter, "offset_ms": 0, "gps_time": None},
            "position": None,
            "body": body or {},
        }
        if photos:
            document["_attachments"] = {
                name: {"content_type": "image/jpeg", "digest": f"md5-{name}", "length": 3, "stub": True}
                for name in photos
            }
        self.written.append(document)
        return document

    def payment(
        self,
        order: Order,
        cents: int,
        *,
        account: str | None = None,
        check: str | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        """A receipt for cash taken at the door, or for a check of that number."""
        self.receipt += 1
        number = format_number(self.technician.upper(), self.receipt)
        taken = (given.get("at") or NOW + timedelta(hours=1)).isoformat()
        about: dict[str, Any] = {
            "account": account or (order.account.number if order.account else "A1"),
            "amount_cents": cents,
            "method": "check" if check else "cash",
            "check_number": check,
            "taken_at": taken,
        }
        hash_ = receipt_hash(self.chain, number, **about)
        receipt = {"number": number, **about, "previous_hash": self.chain, "hash": hash_}
        self.chain = hash_
        return self.event("payment", order, {"receipt": receipt}, **given)

    def completed(self, order: Order, answers: dict[str, Any], **given: Any) -> dict[str, Any]:
        """A completion with its answers; the photos they name are attached."""
        at = given.get("at") or NOW + timedelta(hours=1)
        outcome = given.pop("outcome", outcome_of(order.type, answers))
        body = {
            "outcome": outcome,
            "arrived_at": (at - timedelta(minutes=10)).isoformat(),
            "started_at": (at - timedelta(minutes=8)).isoformat(),
            "finished_at": at.isoformat(),
            "answers": answers,
        }
        photos = tuple(v for v in answers.values() if isinstance(v, str) and v.endswith(".jpg"))
        return self.event("completed", order, body, photos=given.pop("photos", photos), **given)

    def unable(self, order: Order, reason: str, **given: Any) -> dict[str, Any]:
        """The visit was for nothing."""
        at = given.get("at") or NOW + timedelta(hours=1)
        return self.event(
            "unable", order, {"reason": reason, "finished_at": at.isoformat(), "answers": {}}, **given
        )

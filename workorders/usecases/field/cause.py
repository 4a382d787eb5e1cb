"""The field event that consequences come from."""

from dataclasses import dataclass
from datetime import datetime

from workorders.queries.situation_records import Records
from workorders.tables import Order


@dataclass(frozen=True, slots=True)
class Cause:
    """The field event that consequences come from, and its order (locked by the caller)."""

    event_id: str
    technician: str
    occurred_at: datetime
    order: Order
    now: datetime
    records: Records | None = None
    """What was read of the order before, as long as it is so."""

    @property
    def parties(self) -> dict[str, str]:
        """Whose money it is: the order's account, the technician's custody."""
        account = {"account": self.order.account.number} if self.order.account else {}
        return {"technician": self.technician} | account

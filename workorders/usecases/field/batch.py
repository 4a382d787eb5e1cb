"""Events of one technician that are judged in one transaction: what they need is read together in a few
statements, and what they write is written in a few.

An event sees what the events before it have done: what was read together is used for an order only as long
as nothing of the batch has touched what it was read of.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workorders.judgement.event_schema import FieldDocument, Unreadable, understand
from workorders.judgement.lifecycle import FIELD_COMMANDS
from workorders.messages.message import Message
from workorders.queries.lookups import lock_for_events
from workorders.queries.situation_records import Records, read_records, serials_in
from workorders.tables import (
    Account,
    FieldEvent,
    Order,
    Outbox,
    ServiceAgreement,
    Technician,
)
from workorders.usecases.field.delivery import Delivery
from workorders.usecases.field.field_day import DAY
from workorders.usecases.field.moved_orders import write_moved
from workorders.usecases.field.pending import PendingRows
from workorders.usecases.field.pickups import PICKUP
from workorders.usecases.field.talk import TALK

_TECHNICIANS = select(Technician).where(Technician.id.in_(bindparam("ids", expanding=True)))
_KNOWN = select(FieldEvent).where(FieldEvent.id.in_(bindparam("ids", expanding=True)))
_ENQUEUED = select(Outbox.id, Outbox.technician_id, Outbox.created_at).where(
    Outbox.id.in_(bindparam("ids", expanding=True))
)
_ANSWERING = (
    select(ServiceAgreement.service_point_id, Account.number)
    .join(Account, Account.id == ServiceAgreement.account_id)
    .where(
        ServiceAgreement.service_point_id.in_(bindparam("points", expanding=True)),
        ServiceAgreement.serving,
    )
)
APART = TALK | {DAY, PICKUP}
"""Field events that move no order, whatever order they name."""
_JUDGED = "*"
"""Who touched a thing, where it was more than the progress of one order."""
Key = tuple[str, str | int]


class EventBatch:
    """What the events of some deliveries need; their orders are locked until the transaction ends.

    Where it `waits`, what an event adds is written as late as can be, and a refusal of the database undoes
    all of the batch; otherwise it is the event's own, and becomes a case.
    """

    def __init__(self, session: Session, deliveries: Sequence[Delivery], *, waits: bool = False) -> None:
        self.session = session
        self.waits = waits
        self.pending = PendingRows(session)
        self._understood = {id(one): _understood(one) for one in deliveries}
        events = [one for one in self._understood.values() if isinstance(one, FieldDocument)]
        technicians = {one.technician for one in events}
        self._technicians: dict[str, Technician] = {
            one.id: one for one in _each(session.scalars, _TECHNICIANS, technicians)
        }
        self._known: dict[str, FieldEvent] = {
            one.id: one for one in _each(session.scalars, _KNOWN, {one.id for one in events})
        }
        seen = {one.seen_seq for one in events if one.seen_seq is not None}
        self._enqueued = {(row[0], row[1]): row[2] for row in _each(session.execute, _ENQUEUED, seen)}
        self._taken: set[str] = set()
        self._touched: dict[Key, set[str]] = {}
        self._answering: dict[int, list[str]] = {}
        self._records: Records | None = None
        self._meters: set[str] = set()
        about = [one for one in events if one.order and one.kind not in APART]
        judged = {one.order for one in about if one.order and one.kind not in FIELD_COMMANDS}
        moved = {one.order for one in about if one.order} - judged
        self._orders = lock_for_events(session, judged, moved)
        self._read_situations([one for one in about if one.order in judged])
        self._read_answering()

    def write(self) -> None:
        """Write everything that was added so far; whoever commits calls it before.

        Raises sqlalchemy's IntegrityError or DataError when the database refuses any of it.
        """
        write_moved(self.session, self._orders.values())
        self.session.flush()
        self.pending.write()

    def event(self, delivery: Delivery) -> FieldDocument:
        """The event of a delivery. Raises Unreadable."""
        found = self._understood[id(delivery)]
        if isinstance(found, Unreadable):
            raise found
        return found

    def technician(self, event: FieldDocument) -> Technician:
        """Whose event it is. Raises Unreadable `foreign` when nobody has that id."""
        found = self._technicians.get(event.technician)
        if found is None:
            raise Unreadable("foreign", Message.of("unreadable.no_technician", technician=event.technician))
        return found

    def known(self, event: FieldDocument) -> FieldEvent | None:
        """The event as it was judged before, in this transaction or an earlier one."""
        if event.id not in self._taken:
            self._taken.add(event.id)
            return self._known.get(event.id)
        self.pending.write()
        return self.session.get(FieldEvent, event.id)

    def enqueued_at(self, event: FieldDocument) -> datetime | None:
        """When what the tablet had seen last was enqueued for its technician."""
        seq = event.seen_seq
        return None if seq is None else self._enqueued.get((seq, event.technician))

    def order(self, event: FieldDocument) -> Order | None:
        """The event's order, locked; None when there is none."""
        return None if event.order is None else self._orders.get(event.order)

    def records(self, event: FieldDocument, order: Order) -> Records | None:
        """What was read of the order; None when something before this event has touched what it is of."""
        keys = self._keys(event, order)
        fresh = not any(self._touched.get(key, frozenset()) - {order.number} for key in keys)
        return self._records if fresh else None

    def is_reconsidered(self, order: Order) -> bool:
        """Whether an account is about to be reconsidered that has the order or answers for its point."""
        answering = self._answering.get(order.service_point_id, ())
        return any(map(self.pending.awaits, answering)) or (
            order.account is not None and self.pending.awaits(order.account.number)
        )

    def touched(self, event: FieldDocument, order: Order) -> None:
        """The event has moved its order; one that was judged may have changed all it is about."""
        if event.kind in FIELD_COMMANDS:
            self._touched.setdefault(("point", order.service_point_id), set()).add(order.number)
            return
        for key in self._keys(event, order):
            self._touched.setdefault(key, set()).add(_JUDGED)

    def _keys(self, event: FieldDocument, order: Order) -> set[Key]:
        """The rows that an event may change or depend on, by what they belong to.

        Money moves cuts and reconnects of an account wherever it answers, so a point stands for that too.
        """
        point = order.service_point_id
        accounts = list(self._answering.get(point, ()))
        if order.account is not None:
            accounts.append(order.account.number)
        receipt = event.body.get("receipt")
        if isinstance(receipt, dict):
            accounts.append(str(receipt.get("account")))
        return {
            ("order", order.number),
            ("point", point),
            *(("account", number) for number in accounts),
            *(("meter", serial) for serial in self._meters & serials_in(event.body)),
        }

    def _read_situations(self, events: Sequence[FieldDocument]) -> None:
        orders = [
            self._orders[number]
            for number in {one.order for one in events if one.order in self._orders}
            if number
        ]
        if not orders:
            return
        serials = {serial for one in events for serial in serials_in(one.body)}
        self._records = read_records(self.session, orders, serials=serials)
        self._meters = {serial for serial in serials if serial in self._records.meters}
        self._meters |= {meter.serial for meter in self._records.installed.values()}

    def _read_answering(self) -> None:
        points = {one.service_point_id for one in self._orders.values()}
        if self._records is None or not points:
            return
        for point, number in self.session.execute(_ANSWERING, {"points": sorted(points)}):
            self._answering.setdefault(point, []).append(number)


def _understood(delivery: Delivery) -> FieldDocument | Unreadable:
    try:
        return understand(delivery.document, database=delivery.database)
    except Unreadable as unreadable:
        return unreadable


def _each(run: Any, statement: Any, ids: Iterable[Any]) -> Iterable[Any]:
    """The rows of a statement about some ids; nothing is asked about none."""
    wanted = sorted(ids)
    rows: Iterable[Any] = run(statement, {"ids": wanted}) if wanted else ()
    return rows

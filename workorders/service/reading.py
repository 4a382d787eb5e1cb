"""What the rules may look at, read from the database: a `Situation` for one order and one event.

A handful of queries, each by an indexed key, whatever the size of the district.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from workorders.catalogue import order_type_of
from workorders.lifecycle import ACTIVE
from workorders.service.district import district_of
from workorders.service.rules_cache import rule_book
from workorders.situation import (
    AccountFacts,
    AssignmentFacts,
    EntryFacts,
    HoldFacts,
    MeterFacts,
    NoticeFacts,
    OrderFacts,
    OtherOrder,
    PaymentFacts,
    ReadFacts,
    ServicePointFacts,
    Situation,
)
from workorders.tables import (
    Account,
    Assignment,
    CutAuthority,
    Hold,
    Installation,
    JournalEntry,
    LedgerBalance,
    Meter,
    Notice,
    Order,
    OrderEvent,
    Payment,
    Read,
    Receipt,
    ServicePoint,
    ServicePointEvent,
)

READS = 24
"""Two years of monthly reads: the last 12 that an order shows, and as many before for the estimate."""

# Built once: a statement made anew for every event costs more than the query itself.
_later = aliased(Read)
_reversal = aliased(JournalEntry)
_HOLDS = select(Hold).where(Hold.account_id == bindparam("account")).order_by(Hold.id)
_NOTICES = select(Notice).where(Notice.account_id == bindparam("account")).order_by(Notice.id)
_BALANCES = select(LedgerBalance.ledger, LedgerBalance.amount_cents).where(
    LedgerBalance.ledger.in_(("AR", "DEP")), LedgerBalance.party == bindparam("account")
)
_OFFICE_PAYMENTS = select(Payment.id, Payment.received_at, Payment.amount_cents, Payment.channel).where(
    Payment.account_id == bindparam("account"), Payment.received_at >= bindparam("since")
)
_FIELD_PAYMENTS = select(Receipt.number, Receipt.taken_at, Receipt.amount_cents, Receipt.order_number).where(
    Receipt.account_id == bindparam("account"),
    Receipt.taken_at >= bindparam("since"),
    Receipt.amount_cents > 0,
)
_READS = (
    select(Meter.serial, Read.taken_at, Read.value, Read.kind, Read.source, Read.billed, Read.flags)
    .join(Meter, Meter.id == Read.meter_id)
    .outerjoin(_later, _later.supersedes_id == Read.id)
    .where(Read.service_point_id == bindparam("point"), _later.id.is_(None))
    .order_by(Read.taken_at.desc(), Read.id.desc())
    .limit(bindparam("most"))
)
_ASSIGNMENTS = (
    select(Assignment.epoch, Assignment.technician_id, Assignment.assigned_at, Assignment.ended_at)
    .where(Assignment.order_number == bindparam("number"))
    .order_by(Assignment.epoch)
)
_AUTHORITY = (
    select(CutAuthority.expires_at)
    .where(CutAuthority.order_number == bindparam("number"))
    .order_by(CutAuthority.id.desc())
    .limit(1)
)
_ENTRIES = (
    select(JournalEntry.source, JournalEntry.purpose)
    .outerjoin(_reversal, _reversal.reverses_id == JournalEntry.id)
    .where(
        JournalEntry.order_number == bindparam("number"),
        JournalEntry.reverses_id.is_(None),
        _reversal.id.is_(None),
    )
    .order_by(JournalEntry.id)
)
_TURNS = (
    select(OrderEvent.kind, OrderEvent.source)
    .where(
        OrderEvent.order_number == bindparam("number"),
        OrderEvent.kind.in_(("completed", "approved", "assigned")),
    )
    .order_by(OrderEvent.id)
)
_LATEST_STATE = (
    select(ServicePointEvent.at, ServicePointEvent.source)
    .where(ServicePointEvent.service_point_id == bindparam("point"))
    .order_by(ServicePointEvent.at.desc(), ServicePointEvent.id.desc())
    .limit(1)
)
_OTHER_ORDERS = (
    select(Order.number, Order.type, Order.state, Account.number, Order.due_until)
    .outerjoin(Account, Account.id == Order.account_id)
    .where(
        Order.service_point_id == bindparam("point"),
        Order.number != bindparam("number"),
        Order.state.in_(ACTIVE),
    )
    .order_by(Order.number)
)
_INSTALLED = (
    select(Meter, ServicePoint.number)
    .join(Installation, Installation.meter_id == Meter.id)
    .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
    .where(Installation.service_point_id == bindparam("point"), Installation.removed_at.is_(None))
)
_MENTIONED = (
    select(Meter, ServicePoint.number)
    .outerjoin(Installation, and_(Installation.meter_id == Meter.id, Installation.removed_at.is_(None)))
    .outerjoin(ServicePoint, ServicePoint.id == Installation.service_point_id)
    .where(Meter.serial.in_(bindparam("serials", expanding=True)))
)


def situation_of(session: Session, order: Order, *, serials: Iterable[str] = ()) -> Situation:
    """Everything a rule may look at about an order, now; `serials` are meters an event mentions."""
    point = order.service_point
    installed, mentioned = _meters(session, point.id, serials)
    return Situation(
        order=_order_facts(session, order),
        service_point=_service_point_facts(session, order),
        book=rule_book(session),
        timezone=district_of(session).timezone,
        account=account_facts(session, order.account, since=order.requested_at) if order.account else None,
        installed=installed,
        meters=mentioned,
        reads=reads_at(session, point.id),
    )


def account_facts(session: Session, account: Account, *, since: datetime) -> AccountFacts:
    """An account with its balances, protections, notices, and the payments made since an instant."""
    number = account.number
    held = session.scalars(_HOLDS, {"account": account.id})
    notices = session.scalars(_NOTICES, {"account": account.id})
    cents = {row.ledger: row.amount_cents for row in session.execute(_BALANCES, {"account": number})}
    return AccountFacts(
        number=number,
        rate_class=account.rate_class,
        tax_exempt=account.tax_exempt,
        check_ban=account.check_ban,
        balance_cents=cents.get("AR", 0),
        deposit_cents=-cents.get("DEP", 0),
        holds=tuple(HoldFacts(h.kind, h.starts_on, h.ends_on, h.provisional) for h in held),
        notices=tuple(NoticeFacts(n.id, n.kind, n.sent_on, n.valid_until, n.amount_cents) for n in notices),
        payments=payments_since(session, account.id, since),
    )


def payments_since(session: Session, account_id: int, since: datetime) -> tuple[PaymentFacts, ...]:
    """Payments at the office and receipts in the field that the customer made since an instant."""
    office = session.execute(_OFFICE_PAYMENTS, {"account": account_id, "since": since})
    field = session.execute(_FIELD_PAYMENTS, {"account": account_id, "since": since})
    found = [PaymentFacts(*row) for row in office]
    found += [PaymentFacts(number, at, cents, "field", order) for number, at, cents, order in field]
    return tuple(sorted(found, key=lambda payment: (payment.at, payment.id)))


def reads_at(session: Session, service_point_id: int, limit: int = READS) -> tuple[ReadFacts, ...]:
    """The newest reads of a service point that no other read supersedes, oldest first."""
    rows = session.execute(_READS, {"point": service_point_id, "most": limit})
    return tuple(ReadFacts(*row[:6], flags=tuple(row.flags)) for row in rows)[::-1]


def _order_facts(session: Session, order: Order) -> OrderFacts:
    assignments = session.execute(_ASSIGNMENTS, {"number": order.number})
    entries = session.execute(_ENTRIES, {"number": order.number})
    return OrderFacts(
        number=order.number,
        type=order.type,
        state=order.state,
        epoch=order.epoch,
        requested_at=order.requested_at,
        extra=order.extra,
        no_charge=order.no_charge,
        technician=order.technician_id,
        assignments=tuple(AssignmentFacts(*row) for row in assignments),
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        cancel_seq=order.cancel_seq,
        outcome=order.outcome,
        completed_by=_completed_by(session, order.number),
        finished_at=order.finished_at,
        follow_reason=order.follow_reason,
        entries=tuple(EntryFacts(*row) for row in entries),
        authority_expires_at=_authority_expires(session, order),
    )


def _authority_expires(session: Session, order: Order) -> datetime | None:
    """Asked of types that cut only: other orders need no query more."""
    if order_type_of(order.type).cuts is None:
        return None
    return session.scalar(_AUTHORITY, {"number": order.number})


def _completed_by(session: Session, number: str) -> str | None:
    """The completion that counts: the last one, unless the order was sent out again after it."""
    rows = session.execute(_TURNS, {"number": number})
    found: str | None = None
    for kind, source in rows:
        found = source if kind == "completed" else None
    return found


def _service_point_facts(session: Session, order: Order) -> ServicePointFacts:
    point = order.service_point
    latest = session.execute(_LATEST_STATE, {"point": point.id}).first()
    position = point.premise.position
    return ServicePointFacts(
        number=point.number,
        service=point.service,
        size=point.size,
        state=point.state,
        state_at=latest.at if latest else None,
        state_source=latest.source if latest else None,
        lock=point.lock_number,
        seal=point.seal_number,
        position=(position.x, position.y),
        medical=point.premise.medical,
        other_orders=_other_orders(session, order),
    )


def _other_orders(session: Session, order: Order) -> tuple[OtherOrder, ...]:
    zone = district_of(session)
    rows = session.execute(_OTHER_ORDERS, {"point": order.service_point_id, "number": order.number})
    return tuple(
        OtherOrder(number, type_, state, account, zone.day_of(due) if due else None)
        for number, type_, state, account, due in rows
    )


def _meters(
    session: Session, service_point_id: int, serials: Iterable[str]
) -> tuple[MeterFacts | None, dict[str, MeterFacts]]:
    """The meter installed at a service point, and those of `serials`, wherever they are."""
    here = session.execute(_INSTALLED, {"point": service_point_id}).first()
    installed = meter_facts(here[0], here[1]) if here else None
    mentioned = {installed.serial: installed} if installed else {}
    wanted = set(serials) - mentioned.keys()
    if wanted:
        rows = session.execute(_MENTIONED, {"serials": sorted(wanted)})
        mentioned |= {meter.serial: meter_facts(meter, place) for meter, place in rows}
    return installed, mentioned


def meter_facts(meter: Meter, place: str | None) -> MeterFacts:
    """A meter as the rules see it; `place` is the number of the service point where it is installed."""
    return MeterFacts(
        serial=meter.serial,
        service=meter.service,
        size=meter.size,
        dials=meter.dials,
        multiplier=meter.multiplier,
        unit=meter.unit,
        status=meter.status,
        van_technician=meter.van_technician_id,
        installed_at=place,
        endpoint=meter.endpoint,
    )


def serials_in(body: Mapping[str, Any]) -> set[str]:
    """Every text in an event's body that might be a serial number, as typed and in capitals."""
    answers = body.get("answers")
    values = [body.get("serial_seen"), *(answers.values() if isinstance(answers, dict) else ())]
    texts = {text.strip() for text in values if isinstance(text, str) and 0 < len(text.strip()) <= 40}
    return texts | {text.upper() for text in texts}

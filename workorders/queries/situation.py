"""What the rules may look at, read from the database: a `Situation` for one order and one event.

A handful of queries, each by an indexed key, whatever the size of the district.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from workorders.catalogue import order_type_of
from workorders.facts import (
    AccountFacts,
    AssignmentFacts,
    ChargeFacts,
    EntryFacts,
    ForecastFacts,
    HoldFacts,
    MeterFacts,
    NoticeFacts,
    OrderFacts,
    OtherOrder,
    PaymentFacts,
    ReadFacts,
    ServicePointFacts,
)
from workorders.judgement.lifecycle import ACTIVE
from workorders.judgement.situation import Situation
from workorders.policy.satisfaction import DUE_AT_ONCE, LOOKBACK, needed_at, satisfaction_of
from workorders.queries.district import district_of
from workorders.queries.forecasts import forecasts_since
from workorders.queries.rules_cache import rule_book
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
    PaymentReversal,
    Posting,
    Read,
    ServicePoint,
    ServicePointEvent,
)

PAYMENT_PURPOSES = frozenset({"payment", "payment_moved"})
"""Purposes of entries by which money reaches an account; a moved one lay in suspense before."""
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
_turned = aliased(JournalEntry)
_LINES = (
    select(
        JournalEntry.source,
        JournalEntry.purpose,
        JournalEntry.effective_at,
        JournalEntry.order_number,
        JournalEntry.reverses_id,
        _turned.id.label("turned"),
        func.sum(Posting.amount_cents).label("cents"),
    )
    .join(Posting, Posting.entry_id == JournalEntry.id)
    .outerjoin(_turned, _turned.reverses_id == JournalEntry.id)
    .where(
        Posting.ledger == "AR",
        Posting.party == bindparam("account"),
        JournalEntry.effective_at >= bindparam("since"),
    )
    .group_by(JournalEntry.id, _turned.id)
    .order_by(JournalEntry.effective_at, JournalEntry.id)
)
"""What was posted to an account, an entry a row; `turned` is the entry that reverses it."""
_RESTARTED = (
    select(PaymentReversal.at)
    .where(PaymentReversal.account_id == bindparam("account"), PaymentReversal.reopened)
    .order_by(PaymentReversal.at.desc())
    .limit(1)
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
        forecasts=_forecasts(session, order),
    )


def account_facts(session: Session, account: Account, *, since: datetime) -> AccountFacts:
    """An account with its balances, protections, notices, and what was posted to it since an instant.

    Lines are read from LOOKBACK before `since`, so that bills not yet due at that time are among them.
    """
    number = account.number
    held = session.scalars(_HOLDS, {"account": account.id})
    notices = session.scalars(_NOTICES, {"account": account.id})
    cents = {row.ledger: row.amount_cents for row in session.execute(_BALANCES, {"account": number})}
    restarted = session.scalar(_RESTARTED, {"account": account.id})
    payments, charges = _account_lines(session, number, since - LOOKBACK)
    return AccountFacts(
        number=number,
        rate_class=account.rate_class,
        tax_exempt=account.tax_exempt,
        check_ban=account.check_ban,
        balance_cents=cents.get("AR", 0),
        deposit_cents=-cents.get("DEP", 0),
        holds=tuple(HoldFacts(h.kind, h.starts_on, h.ends_on, h.provisional) for h in held),
        notices=tuple(NoticeFacts(n.id, n.kind, n.sent_on, n.valid_until, n.amount_cents) for n in notices),
        payments=payments,
        charges=charges,
        restarted_on=district_of(session).day_of(restarted) if restarted is not None else None,
    )


def needed_now(session: Session, account: Account, *, now: datetime) -> int:
    """Cents that satisfy every cut of the account now, by the policy of the day."""
    district = district_of(session)
    policy = satisfaction_of(rule_book(session).in_force(district.day_of(now)))
    facts = account_facts(session, account, since=now)
    return needed_at(facts, policy, at=None, now=now, timezone=district.timezone)


def _account_lines(
    session: Session, number: str, since: datetime
) -> tuple[tuple[PaymentFacts, ...], tuple[ChargeFacts, ...]]:
    """The account's lines since an instant: payments, and everything else."""
    payments, charges = [], []
    for line in session.execute(_LINES, {"account": number, "since": since}):
        at, cents = line.effective_at, int(line.cents)
        if line.purpose in PAYMENT_PURPOSES and line.reverses_id is None and cents < 0:
            channel = "field" if line.source.startswith("event:") else "office"
            payments.append(PaymentFacts(line.source, at, -cents, channel, line.order_number))
            continue
        undone = line.turned is not None
        undoes_charge = line.reverses_id is not None and not line.purpose.startswith("reverse_payment")
        if undone or undoes_charge:
            # A charge taken back was never owed: both lines together are nothing at any instant.
            continue
        at_once = (
            line.purpose in DUE_AT_ONCE or line.purpose.startswith("fee_") or line.reverses_id is not None
        )
        charges.append(ChargeFacts(at, cents, due_at_once=at_once))
    return tuple(payments), tuple(charges)


def reads_at(session: Session, service_point_id: int, limit: int = READS) -> tuple[ReadFacts, ...]:
    """The newest reads of a service point that no other read supersedes, oldest first."""
    rows = session.execute(_READS, {"point": service_point_id, "most": limit})
    return tuple(ReadFacts(*row[:6], flags=tuple(row.flags)) for row in rows)[::-1]


def _order_facts(session: Session, order: Order) -> OrderFacts:
    assignments = session.execute(_ASSIGNMENTS, {"number": order.number})
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
        entries=entries_of(session, order.number),
        authority_expires_at=_authority_expires(session, order),
    )


def entries_of(session: Session, number: str) -> tuple[EntryFacts, ...]:
    """The journal entries of an order that were not reversed, in the order of posting."""
    return tuple(EntryFacts(*row) for row in session.execute(_ENTRIES, {"number": number}))


def _authority_expires(session: Session, order: Order) -> datetime | None:
    """Asked of types that cut only: other orders need no query more."""
    if order_type_of(order.type).cuts is None:
        return None
    return session.scalar(_AUTHORITY, {"number": order.number})


def _forecasts(session: Session, order: Order) -> tuple[ForecastFacts, ...]:
    """Asked of types that cut only."""
    if order_type_of(order.type).cuts is None:
        return ()
    return forecasts_since(session, district_of(session).day_of(order.requested_at))


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
        OtherOrder(number, order_type_of(type_).service, state, account, zone.day_of(due) if due else None)
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

"""Customer service: moves in and out, requests for work, notes, adjustments and refunds."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from demo.month.billing import intend
from demo.month.habits import Intent
from demo.month.paying import pay
from demo.month.stage import CSR, Month
from workorders.judgement.lifecycle import ACTIVE
from workorders.queries.account_facts import needed_now
from workorders.tables import Account, Order, Premise, ServiceAgreement, ServicePoint
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.start_service import StartRequest, start_service
from workorders.usecases.customers.stop_service import StopRequest, stop_service
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.orders.orders import OrderRequest, raise_order

THURSDAY = 3
DRAWN = 5
"""Points that are looked at for each that is wanted: most are free."""
LAST_DAYS = 3
"""Working days at the end on which nobody asks for work, so that what is open gets done."""
MOVES_OUT, MOVES_OVER, MOVES_IN = 0.2, 0.35, 0.3
"""Each day for a thousand accounts: leave; are followed by somebody on the day; move into an empty place."""
WORK: dict[str, tuple[float, dict[str, Any]]] = {
    "reread": (0.4, {"flag_reason": "high", "requested_by_customer": True}),
    "investigate": (0.2, {"complaint": "leak"}),
    "exchange": (0.4, {"reason": "age"}),
    "meter_test": (0.1, {"kind": "customer_request"}),
    "special_read": (0.3, {"reading_route": "R1"}),
    "backflow_locate": (0.08, {}),
    "verify": (0.05, {"reason": "survey"}),
    "tamper": (0.03, {"reason": "report"}),
}
"""Order type → how many a day for a thousand accounts, and what the office asks with it."""


def take_calls(month: Month) -> None:
    """Everything a day of telephone and counter brings, each call in its own transaction."""
    _moves(month)
    for kind, (rate, extra) in WORK.items():
        count = month.quota(kind, rate, least=2, until=LAST_DAYS)
        asked = [_work(month, kind, extra, point) for point in _steady(month, count, kind)]
        _each(month, asked)
    _removals_and_sets(month)


def _each(month: Month, acts: Sequence[Callable[[Session], object]]) -> None:
    for act in acts:
        month.do(act)


def _work(month: Month, kind: str, extra: dict[str, Any], point: int) -> Callable[[Session], object]:
    request = OrderRequest(
        type=kind, service_point_id=point, extra=extra, due_until=month.at(23, 59) + timedelta(days=5)
    )
    return lambda session: month.attempt(session, kind, raise_order, request, actor=CSR)


def _steady(month: Month, count: int, topic: str, state: str = "on") -> list[int]:
    """Points with a meter, an account and nothing under way, drawn by chance."""
    if not count:
        return []
    with month.sessions() as session:
        ids = list(session.scalars(select(ServicePoint.id).where(ServicePoint.state == state)))
        month.rng("where", topic).shuffle(ids := sorted(ids))
        drawn = ids[: count * DRAWN]
        free = set(session.scalars(_free(state).where(ServicePoint.id.in_(drawn))))
    return [one for one in drawn if one in free][:count]


def _free(state: str) -> Any:
    busy = exists().where(Order.service_point_id == ServicePoint.id, Order.state.in_(ACTIVE))
    return (
        select(ServicePoint.id)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .join(Account, Account.id == ServiceAgreement.account_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(ServiceAgreement.state == "active", ServicePoint.state == state, ~busy)
        .where(~exists().where(_waiting()))
    )


def _waiting() -> Any:
    """Somebody is about to move in there."""
    other = ServiceAgreement.__table__.alias()
    return (other.c.service_point_id == ServicePoint.id) & other.c.state.in_(("applied", "approved"))


def _moves(month: Month) -> None:
    out = month.quota("move out", MOVES_OUT, least=3, until=LAST_DAYS + 2)
    over = month.quota("move over", MOVES_OVER, least=4, until=LAST_DAYS + 2)
    places = _steady(month, out + over, "moves")
    for place, point in enumerate(places):
        month.act(_move, point, over=place >= out)
    for point in _steady(month, month.quota("move in", MOVES_IN, least=3, until=LAST_DAYS), "empty", "off"):
        extra = {"start_date": month.today.isoformat(), "fees_paid": True}
        made = month.do(_work(month, "turn_on", extra, point))
        month.tally["moves"] += made is not None


def _move(month: Month, session: Session, point: int, *, over: bool) -> None:
    """A customer leaves; `over`: the next one has applied, and pays at the counter today or tomorrow."""
    here = session.get_one(ServicePoint, point)
    leaving = session.scalars(
        select(Account.number)
        .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
        .where(ServiceAgreement.service_point_id == point, ServiceAgreement.serving)
    ).one()
    day = month.today + timedelta(days=month.rng("day", point).randint(0, 2))
    if over:
        month.tally["moves"] += _move_over(month, session, here.number, day)
        return
    asked = StopRequest(
        account_number=leaving, points=(here.number,), stop_on=day, forwarding_address="1 Demo Way"
    )
    month.tally["moves"] += month.attempt(session, "stop", stop_service, asked, actor=CSR) is not None


def _move_over(month: Month, session: Session, point: str, day: date) -> bool:
    """Somebody applies for a place that is served; what is required is paid today or tomorrow."""
    who = CustomerForm(name=f"Demo newcomer {month.tally['newcomers']}", phone="555-0150", language="es")
    account = open_account(session, who, now=month.now, actor=CSR)
    month.tally["newcomers"] += 1
    asked = StartRequest(account_number=account.number, points=(point,), start_on=day, replace=True)
    made = month.attempt(session, "start", start_service, asked, actor=CSR)
    if made is None:
        return False
    pays = month.today + timedelta(days=month.rng("pays", point).randint(0, 1))
    owed = sum(int(one["cents"]) + int(one["tax_cents"]) for one in made.required)
    intend(month, pays, Intent(account.number, owed or None, "counter"))
    return True


def _removals_and_sets(month: Month) -> None:
    """Meters come out of empty places; where one came out a week ago, a new one is asked for."""
    count = month.quota("removal", 0.05, least=3, until=8)
    for point in _steady(month, count, "removal", "off"):
        made = month.do(_work(month, "removal", {"reason": "vacant"}, point))
        month.tally["removals"] += made is not None
    if month.place % 3 or month.place < 3 or month.place > len(month.days) - LAST_DAYS - 2:
        return
    with month.sessions() as session:
        gone = session.scalars(_free("inactive").order_by(ServicePoint.id).limit(8)).all()
    for point in gone:
        month.act(_rebuilt, point)


def _rebuilt(month: Month, session: Session, point: int) -> None:
    """Somebody builds anew: what the account owes is paid at the counter, then the meter is asked for."""
    account = session.scalars(
        select(Account)
        .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
        .where(ServiceAgreement.service_point_id == point, ServiceAgreement.serving)
    ).one()
    owed = needed_now(session, account, now=month.now)
    if owed:
        pay(month, session, Intent(account.number, owed, "counter"), owed)
    request = OrderRequest(
        type="new_set", service_point_id=point, extra={"fees_paid": True, "application": "rebuilt"}
    )
    month.attempt(session, "new_set", raise_order, request, actor=CSR)


def cancel_by_mistake(month: Month) -> None:
    """Once a week an order of somebody who leaves is cancelled; the agreement shows up as stuck."""
    if month.today.weekday() != THURSDAY:
        return
    with month.sessions() as session:
        order = session.scalar(
            select(ServiceAgreement.stop_order)
            .join(Order, Order.number == ServiceAgreement.stop_order)
            .where(ServiceAgreement.state == "stopping", Order.state == "approved")
            .order_by(ServiceAgreement.id)
            .limit(1)
        )
    if order is not None:
        why = "another day was asked for"
        month.do(
            lambda session: month.attempt(session, "mistake", cancel_order, order, reason=why, actor=CSR)
        )
        month.tally["orders_cancelled_by_mistake"] += 1

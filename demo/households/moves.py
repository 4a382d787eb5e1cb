"""The demo district's customers in and out, and what the office noted of them, by the real use cases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from demo.households.households import Household
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.adjust import AdjustmentRequest, request_adjustment
from workorders.usecases.customers.notes import add_note
from workorders.usecases.customers.programs import enroll
from workorders.usecases.customers.standing import add_standing
from workorders.usecases.customers.start_service import StartRequest, start_service
from workorders.usecases.customers.stop_service import StopRequest, stop_service

CSR = "csr"
"""Sign-in name of the demo's CSR: these are their orders, notes and requests."""
PLACES = 6


def play_moves(
    session: Session, households: Sequence[Household], taken: frozenset[str], *, now: datetime, today: date
) -> None:
    """Some move out, some move in, one waits for payment, one landlord; a call back and a credit wait too.

    `taken`: service points that have an order or a debt and are left alone.
    """
    free = [
        one
        for one in households
        if one.story == "steady" and one.rate_class == "residential" and one.service_point not in taken
    ]
    if len(free) < PLACES:
        return
    leaving, swapped, waiting, let, called, credited = free[-PLACES:]
    by: Any = {"now": now, "actor": CSR}
    stop_service(
        session,
        StopRequest(
            account_number=leaving.account,
            points=(leaving.service_point,),
            stop_on=today + timedelta(days=1),
            forwarding_address="1 Demo Lane, Elsewhere",
        ),
        **by,
    )
    paid = _newcomer(session, 1, swapped, today, by)
    record_payment(
        session, f"demo-deposit-{swapped.number}", paid, 9_000, "counter", now=now, actor="cashier"
    )
    _newcomer(session, 2, waiting, today + timedelta(days=2), by)
    landlord = open_account(session, CustomerForm(name="Demo landlord", phone="555-0199"), **by)
    add_standing(
        session,
        let.premise,
        landlord.number,
        starts_on=today,
        ends_on=None,
        evidence="demo form 1",
        **by,
    )
    _call_in(session, called, credited, today, by)


def _call_in(
    session: Session, called: Household, credited: Household, today: date, by: dict[str, Any]
) -> None:
    """One asks about a bill and for even payments, another about a leak."""
    words = "Asked how the last bill came about; wants to be called back."
    add_note(session, called.account, kind="call_in", words=words, call_back_on=today, **by)
    enroll(
        session,
        called.account,
        "budget_plan",
        starts_on=today,
        ends_on=None,
        reason="asked for even payments",
        **by,
    )
    asked = AdjustmentRequest(
        id=f"demo-credit-{credited.number}",
        account_number=credited.account,
        kind="credit",
        amount_cents=12_500,
        reason="leak at the service line, repaired",
        evidence="plumber's invoice (demo)",
    )
    request_adjustment(session, asked, roles={"csr"}, **by)


def _newcomer(session: Session, place: int, home: Household, start_on: date, by: dict[str, Any]) -> str:
    """Somebody applies for service where a customer leaves; answers the number of their account."""
    who = CustomerForm(name=f"Demo newcomer {place}", phone=f"555-02{place:02d}", language="es")
    account = open_account(session, who, **by)
    asked = StartRequest(
        account_number=account.number, points=(home.service_point,), start_on=start_on, replace=True
    )
    start_service(session, asked, **by)
    return account.number

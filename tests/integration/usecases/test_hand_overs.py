"""Customers leave and others follow: one visit for both, cuts in between, final bills, landlords."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.moving import (
    DAY,
    REQUIRED,
    WHO,
    agreement,
    agreement_at,
    apply,
    final,
    newcomer,
    on,
    order_of,
    pay,
    steps,
    vacate,
    worked,
)
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, LATER, NOW, TODAY
from workorders.ledger import balance
from workorders.problems import Problem
from workorders.queries.service_now import service_now
from workorders.tables import (
    Account,
    ExceptionCase,
    Order,
    ServicePoint,
)
from workorders.usecases.collections.bills import BillRequest, record_bill
from workorders.usecases.customers.accounts import CustomerForm, open_account
from workorders.usecases.customers.daily import hand_off_final_bills, move_agreements
from workorders.usecases.customers.standing import add_standing
from workorders.usecases.customers.stop_service import (
    StopRequest,
    arrange_again,
    cancel_stop,
    stop_service,
)
from workorders.usecases.orders.cancel import cancel_order


def test_one_visit_serves_who_leaves_and_who_comes(session: Session) -> None:
    stop_service(
        session,
        StopRequest(
            account_number="A1", points=("SP-1",), stop_on=TODAY, forwarding_address="9 Oak Street, Elsewhere"
        ),
        **WHO,
    )
    old = agreement(session, "A1")
    stop = order_of(session, old.stop_order)
    assert (old.state, stop.type, stop.extra.get("leave_on")) == ("stopping", "turn_off", None)
    assert old.account.customer.mailing_address == "9 Oak Street, Elsewhere"
    account = newcomer(session)
    apply(session, account, 1)
    pay(session, account.number, REQUIRED)
    new = agreement(session, account.number)
    session.refresh(stop)
    assert (new.starts_by, new.start_order, stop.extra["leave_on"]) == ("with_stop", stop.number, True)
    worked(session, stop.number, final(1, left_on=True), Tablet())
    new, old = agreement(session, account.number), agreement(session, "A1")
    assert (new.state, old.state, old.end_on) == ("active", "stopped", TODAY)
    assert new.start_read_id == old.final_read_id is not None
    assert world.point(session, 1).state == "on"
    assert {one.code for one in session.scalars(select(ExceptionCase))} == set()


def test_who_comes_first_and_who_leaves_later(session: Session) -> None:
    """Nobody moves in before the customer there has left; from that day on it is possible."""
    stop_service(session, StopRequest(account_number="A1", points=("SP-1",), stop_on=TODAY + 3 * DAY), **WHO)
    account = newcomer(session)
    with pytest.raises(Problem) as caught:
        apply(session, account, 1, start_on=TODAY + DAY)
    assert (caught.value.code, caught.value.details["day"]) == ("served_until", "Mar 5, 2026")
    apply(session, account, 1, start_on=TODAY + 5 * DAY)
    pay(session, account.number, REQUIRED)
    new, old = agreement(session, account.number), agreement(session, "A1")
    turn_on = order_of(session, new.start_order)
    assert (turn_on.type, turn_on.extra["may_be_on"], turn_on.due_until) > ("turn_on", True, LATER + 4 * DAY)
    assert order_of(session, old.stop_order).extra.get("leave_on") is None


def test_a_new_tenant_meets_an_open_disconnect(session: Session) -> None:
    """The newer customer event supersedes the cut; the debt stays with the old account."""
    cut = world.order(session, "disconnect_np", 1)
    account = newcomer(session)
    apply(session, account, 1)
    assert cut.state == "approved"
    pay(session, account.number, REQUIRED)
    session.refresh(cut)
    new = agreement(session, account.number)
    assert (cut.state, new.starts_by) == ("superseded", "with_stop")
    worked(session, new.start_order, final(1, left_on=True), Tablet())
    assert (agreement(session, account.number).state, agreement(session, "A1").state) == ("active", "stopped")
    assert (balance(session, "AR", "A1"), balance(session, "AR", account.number)) == (DEBT, 0)


def test_a_new_tenant_meets_a_disconnect_on_a_tablet_that_cut_already(session: Session) -> None:
    """The tablet was offline: the cut is true, the turn_on restores, and the old debt is nobody else's."""
    cut = world.sent(session, "disconnect_np", 1)
    account = newcomer(session)
    apply(session, account, 1)
    pay(session, account.number, REQUIRED)
    new = agreement(session, account.number)
    turn_on = order_of(session, new.start_order)
    session.refresh(cut)
    assert (cut.state, turn_on.type, turn_on.extra["may_be_on"]) == ("superseded", "turn_on", True)
    tablet = Tablet()
    world.take(session, tablet.completed(cut, answers.cut(1)))
    assert world.point(session, 1).state == "off_np"
    worked(session, turn_on.number, on(1), tablet)
    assert world.point(session, 1).state == "on"
    new, old = agreement(session, account.number), agreement(session, "A1")
    assert (new.state, old.state, old.stops_by) == ("active", "stopped", "successor")
    assert balance(session, "AR", account.number) == 2_500
    assert balance(session, "AR", "A1") == DEBT


def test_a_new_tenant_after_the_cut(session: Session) -> None:
    """Off for non-payment by the old customer: the newcomer is turned on and owes nothing of it."""
    world.off(session, 1, "off_np")
    account = newcomer(session)
    apply(session, account, 1)
    pay(session, account.number, REQUIRED)
    pay(session, "A1", DEBT, "P-9")
    new = agreement(session, account.number)
    assert len(session.scalars(select(Order)).all()) == 1
    worked(session, new.start_order, on(1), Tablet())
    assert (agreement(session, account.number).state, agreement(session, "A1").state) == ("active", "stopped")
    assert balance(session, "AR", "A1") == 0


def test_a_customer_moves_with_a_debt(session: Session) -> None:
    """The same account goes from one premise to another: past due is paid first, the deposit moves."""
    pay(session, "A2", DEBT, "P-0")
    vacate(session, 1)
    account = session.scalars(select(Account).where(Account.number == "A3")).one()
    application = apply(session, account, 1)
    kinds = {one["kind"]: one["cents"] for one in application.required}
    assert kinds == {"fee": 1_500, "deposit": 7_500, "past_due": DEBT}
    stop_service(session, StopRequest(account_number="A3", points=("SP-3",), stop_on=TODAY), **WHO)
    stop = agreement_at(session, "SP-3")
    assert order_of(session, stop.stop_order).extra["keep_deposit"] is True
    pay(session, "A3", REQUIRED)
    assert application.state == "applied"
    pay(session, "A3", DEBT, "P-2")
    assert application.state == "approved"
    tablet = Tablet()
    worked(session, stop.stop_order, final(3), tablet)
    worked(session, agreement(session, "A3").start_order, on(1), tablet)
    assert agreement_at(session, "SP-3").state == "stopped"
    assert agreement(session, "A3").state == "active"
    assert -balance(session, "DEP", "A3") == 7_500
    assert account.status == "active"


def test_stop_final_bill_and_closing(session: Session) -> None:
    """Stopped by a visit, handed to billing, final-billed, settled, closed."""
    stop_service(session, StopRequest(account_number="A2", points=("SP-2",), stop_on=TODAY), **WHO)
    worked(session, agreement(session, "A2").stop_order, final(2), Tablet())
    stopped = agreement(session, "A2")
    assert (stopped.state, stopped.account.status, world.point(session, 2).state) == (
        "stopped",
        "final",
        "off",
    )
    assert hand_off_final_bills(session, **WHO) == [stopped.id]
    with pytest.raises(Problem, match="No final bill waits"):
        hand_off_final_bills(session, **WHO)
    assert move_agreements(session, now=LATER).final_billed == 0
    bill = BillRequest(
        reference="F-1", account_number="A2", service="water", billed_on=TODAY, due_on=TODAY + DAY, cents=900
    )
    record_bill(session, bill, **WHO)
    assert move_agreements(session, now=LATER).final_billed == 1
    assert move_agreements(session, now=LATER).closed == 0
    pay(session, "A2", DEBT + 900)
    assert move_agreements(session, now=LATER).closed == 1
    closed = agreement(session, "A2")
    assert (closed.state, closed.account.status, closed.account.closed_on) == ("closed", "closed", TODAY)
    assert steps(session, closed)[-4:] == ["stopped", "handed_off", "final_billed", "closed"]


def test_service_reverts_to_the_landlord_and_goes_to_the_next_tenant(session: Session) -> None:
    landlord = open_account(session, CustomerForm(name="Landlord Demo"), **WHO)
    add: Any = {"starts_on": TODAY - DAY, "ends_on": None, "evidence": "form 12"} | WHO
    add_standing(session, "P-1", landlord.number, **add)
    with pytest.raises(Problem, match="reverts to account"):
        add_standing(session, "P-1", landlord.number, **add)
    stop_service(session, StopRequest(account_number="A1", points=("SP-1",), stop_on=TODAY), **WHO)
    stop = agreement(session, "A1").stop_order
    assert order_of(session, stop).extra["leave_on"] is True
    worked(session, stop, final(1, left_on=True), Tablet())
    reverted = agreement(session, landlord.number)
    assert (reverted.state, reverted.starts_by) == ("active", "reversion")
    tenant = newcomer(session)
    apply(session, tenant, 1, credit_class="good", replace=False)
    pay(session, tenant.number, 1_500)
    assert agreement(session, tenant.number).state == "active"
    assert agreement(session, landlord.number).state == "stopped"


def test_services_without_a_meter_begin_and_end_on_their_day(session: Session) -> None:
    vacate(session, 1)
    session.add(
        ServicePoint(number="SP-1W", premise_id=world.point(session, 1).premise_id, service="fibre", size="1")
    )
    session.flush()
    account = newcomer(session)
    apply(session, account, 1, points=("SP-1", "SP-1W"), start_on=TODAY + DAY)
    pay(session, account.number, REQUIRED)
    fibre = agreement_at(session, "SP-1W")
    assert (fibre.state, fibre.starts_by) == ("approved", "no_visit")
    assert move_agreements(session, now=NOW + DAY).started == 1
    stop = StopRequest(account_number=account.number, points=("SP-1W",), stop_on=TODAY + 2 * DAY)
    stop_service(session, stop, now=NOW + DAY, actor="carla")
    assert agreement_at(session, "SP-1W").state == "stopping"
    assert move_agreements(session, now=NOW + 2 * DAY).stopped == 1
    assert agreement_at(session, "SP-1W").state == "stopped"


def test_a_stop_is_taken_back_and_a_lost_order_is_raised_again(session: Session) -> None:
    stop_service(session, StopRequest(account_number="A1", points=("SP-1",), stop_on=TODAY + DAY), **WHO)
    stopping = agreement(session, "A1")
    first = order_of(session, stopping.stop_order)
    cancel_order(session, first.number, reason="by mistake", **WHO)
    arrange_again(session, stopping.id, **WHO)
    second = order_of(session, agreement(session, "A1").stop_order)
    assert (second.state, second.number != first.number) == ("approved", True)
    cancel_stop(session, stopping.id, reason="stays", **WHO)
    assert (agreement(session, "A1").state, second.state) == ("active", "cancelled")
    with pytest.raises(Problem, match="cannot be"):
        cancel_stop(session, stopping.id, reason="stays", **WHO)
    with pytest.raises(Problem, match="no read of that day"):
        stop_service(session, StopRequest(account_number="A1", points=("SP-1",), stop_on=TODAY - DAY), **WHO)


def test_turned_off_although_somebody_was_to_move_in(session: Session) -> None:
    stop_service(session, StopRequest(account_number="A1", points=("SP-1",), stop_on=TODAY), **WHO)
    account = newcomer(session)
    apply(session, account, 1)
    pay(session, account.number, REQUIRED)
    stop = agreement(session, "A1").stop_order
    order = worked(session, stop, final(1), Tablet())
    assert set(world.cases(session, "event:t01tablet:00000001")) == {"off_although_left_on"}
    waiting = agreement(session, account.number)
    assert (waiting.state, waiting.start_order, steps(session, waiting)[-1]) == ("approved", None, "left_off")
    arrange_again(session, waiting.id, **WHO)
    again = agreement(session, account.number).start_order
    assert again != order.number
    assert order_of(session, again).type == "turn_on"


def test_the_point_now_is_what_a_decision_rests_on(session: Session) -> None:
    world.sent(session, "disconnect_np", 1)
    here = service_now(session, world.point(session, 1))
    assert here.facts.cut_in_field
    assert here.facts.served
    assert here.facts.read_on == date(2026, 1, 31)

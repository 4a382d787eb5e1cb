"""Bills post once, age the debt, and never count what an opening balance holds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.integration.usecases import world
from tests.integration.usecases.world import DEBT, NOW, TODAY
from workorders.ledger import balance, trial_balance
from workorders.problems import Problem
from workorders.queries.account_facts import needed_now
from workorders.queries.debts import debt_of
from workorders.queries.lookups import account_named
from workorders.queries.verify import verify_ledger
from workorders.tables import Account as AccountRow
from workorders.tables import Bill, Customer
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.collections.bills import BillRequest, record_bill

DAY = timedelta(days=1)


def newcomer(session: Session) -> str:
    """An account that owes nothing yet."""
    customer = Customer(name="New Customer")
    session.add(customer)
    session.flush()
    session.add(AccountRow(number="N1", customer_id=customer.id))
    session.flush()
    return "N1"


def bill(session: Session, reference: str, cents: int, due: date, account: str = "N1") -> Bill:
    asked = BillRequest(
        reference=reference,
        account_number=account,
        service="water",
        billed_on=due - 21 * DAY,
        due_on=due,
        cents=cents,
    )
    return record_bill(session, asked, now=NOW, actor="billing")


def buckets(session: Session, number: str) -> list[int]:
    return [one.cents for one in debt_of(session, account_named(session, number), now=NOW).buckets]


def test_a_bill_posts_once_and_ages(session: Session) -> None:
    newcomer(session)
    first = bill(session, "B-1", 5_000, TODAY - 40 * DAY)
    bill(session, "B-2", 6_000, TODAY - 10 * DAY)
    bill(session, "B-3", 7_000, TODAY + 11 * DAY)
    assert bill(session, "B-1", 5_000, TODAY - 40 * DAY).id == first.id
    assert balance(session, "AR", "N1") == 18_000
    assert buckets(session, "N1") == [7_000, 6_000, 5_000, 0, 0]
    assert needed_now(session, account_named(session, "N1"), now=NOW) == 11_000
    record_payment(session, "P-9", "N1", 5_500, "web", now=NOW, actor="web")
    assert buckets(session, "N1") == [7_000, 5_500, 0, 0, 0]
    assert verify_ledger(session).differences == ()
    assert sum(trial_balance(session).values()) == 0


def test_a_bill_within_the_opening_balance_says_its_age_and_posts_nothing(session: Session) -> None:
    opened = TODAY - 400 * DAY
    carried = bill(session, "OLD-1", 5_000, opened + 5 * DAY, account="A1")
    assert carried.entry_id is None
    assert balance(session, "AR", "A1") == DEBT
    later = bill(session, "NEW-1", 3_000, TODAY - 2 * DAY, account="A1")
    assert later.entry_id is not None
    assert balance(session, "AR", "A1") == DEBT + 3_000
    assert buckets(session, "A1") == [0, 3_000, 0, 0, DEBT]


def test_a_tablet_with_the_order_hears_of_the_new_balance(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    before = world.last_seq(session, order.number) or 0
    bill(session, "NEW-1", 3_000, TODAY + 20 * DAY, account="A1")
    assert (world.last_seq(session, order.number) or 0) > before


GOOD = BillRequest(
    reference="B-1",
    account_number="N1",
    service="water",
    billed_on=TODAY - 30 * DAY,
    due_on=TODAY - 9 * DAY,
    cents=4_000,
)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 41}, "reference"),
        ({"service": "gas light"}, "service"),
        ({"cents": 0}, "amount_cents"),
        ({"cents": -5}, "amount_cents"),
        ({"billed_on": TODAY + DAY, "due_on": TODAY + 20 * DAY}, "billed_on"),
        ({"due_on": TODAY - 31 * DAY}, "due_on"),
        ({"due_on": TODAY + 61 * DAY}, "due_on"),
        ({"billed_on": date(1800, 1, 1)}, "billed_on"),
    ],
)
def test_what_is_no_bill_names_the_field_and_leaves_nothing(
    session: Session, wrong: dict[str, object], field: str
) -> None:
    newcomer(session)
    with pytest.raises(Problem) as refused:
        record_bill(session, replace(GOOD, **wrong), now=NOW, actor="billing")  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.details["field"]) == ("bad_input", field)
    assert session.scalar(select(func.count()).select_from(Bill)) == 0


def test_a_reference_is_one_bill_only(session: Session) -> None:
    newcomer(session)
    record_bill(session, GOOD, now=NOW, actor="billing")
    for other in (replace(GOOD, cents=4_001), replace(GOOD, account_number="A1")):
        with pytest.raises(Problem) as refused:
            record_bill(session, other, now=NOW, actor="billing")
        assert refused.value.code == "bill_conflict"
    with pytest.raises(Problem) as refused:
        record_bill(session, replace(GOOD, reference="B-2", account_number="none"), now=NOW, actor="billing")
    assert refused.value.code == "not_found"

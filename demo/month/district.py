"""The month's district: the demo's households with bills that are due in turn, and nothing under way yet."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from demo.households.households import Household
from demo.households.money import DemoDebt, make_debt
from demo.households.people import Staffing, write_people
from demo.households.reads import DemoRead
from demo.households.writer import Writer
from demo.town import generate_town
from server.db import count_rows_anew
from workorders.tables import Account
from workorders.usecases.collections.bills import BillRequest, record_bills
from workorders.usecases.district.adopt_rules import enqueue_rules_of_the_day
from workorders.usecases.district.publish_rules import load_sample_rules

DUE_DAYS = 20
ACCOUNTS_A_TECHNICIAN = 2_500
FEWEST_TECHNICIANS = 3
FINAL_SENT = (2, 16)
"""Final notices of the delinquent went out so many days ago: their last steps fall on all of the month."""
STILL_UNPAID = 0.12
"""Share of the bills that were due before the month begins and are not paid."""
NEWEST_READS = 12
"""A year is what an order shows and what high and low are judged by."""
BILLS_TOGETHER = 2_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What the month begins with: households, and the bills that are open, by account."""

    households: tuple[Household, ...]
    bills: tuple[BillRequest, ...]


def found_district(writer: Writer, accounts: int, seed: int, last_day: date) -> Opening:
    """Write everybody, and post the bills of the last cycle that are not paid."""
    load_sample_rules(writer.session, now=writer.now)
    town = generate_town(seed, accounts)
    first = writer.now.astimezone(writer.zone).date()
    days = [first + timedelta(days=n) for n in range((last_day - first).days + 8)]
    technicians = max(FEWEST_TECHNICIANS, -(-accounts // ACCOUNTS_A_TECHNICIAN))
    staffing = Staffing(technicians, days, shelves=max(1, accounts // 1_000))
    bills: dict[str, BillRequest] = {}

    def debt_of(one: Household, reads: Sequence[DemoRead]) -> DemoDebt:
        """The demo's debt, its last bill left out: that one is posted as a bill with a due day."""
        rng = random.Random(f"final {seed} {one.number}")  # noqa: S311 - demo data must repeat
        debt = make_debt(one, reads, seed=seed, now=writer.now, final_days=rng.randint(*FINAL_SENT))
        billed = [entry for entry in debt.entries if entry.purpose == "bill"]
        for entry in billed:
            bill = _bill(
                one,
                sum(cents for _, _, cents in entry.postings if cents > 0),
                _day(writer, entry.effective_at),
            )
            if bill.due_on >= first or debt.notices or rng.random() < STILL_UNPAID:
                bills[one.account] = bill
        return replace(debt, entries=tuple(one for one in debt.entries if one.purpose != "bill"))

    people = write_people(writer, town, debt_of, seed=seed, staffing=staffing, newest=NEWEST_READS)
    _post(writer.session, bills, writer)
    enqueue_rules_of_the_day(writer.session, now=writer.now)
    count_rows_anew(writer.session)
    return Opening(tuple(people.households), tuple(bills.values()))


def _day(writer: Writer, at: datetime) -> date:
    return at.astimezone(writer.zone).date()


def _bill(one: Household, cents: int, billed_on: date) -> BillRequest:
    return BillRequest(
        reference=f"{billed_on:%Y%m}-{one.account}",
        account_number=one.account,
        service="water",
        billed_on=billed_on,
        due_on=billed_on + timedelta(days=DUE_DAYS),
        cents=cents,
    )


def _post(session: Session, bills: dict[str, BillRequest], writer: Writer) -> None:
    ids = writer.ids(Account.number, Account.id)
    pairs = [(ids[number], bill) for number, bill in sorted(bills.items())]
    for start in range(0, len(pairs), BILLS_TOGETHER):
        record_bills(session, pairs[start : start + BILLS_TOGETHER], now=writer.now, actor="billing")
        writer.progress("bills", min(start + BILLS_TOGETHER, len(pairs)), len(pairs))

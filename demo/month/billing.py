"""The billing system's side: reads of the day's cycles, bills a day later, final bills of who has left."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from demo.households.money import BASE_CENTS, CENTS_PER_THOUSAND
from demo.households.reads import CYCLE_DAYS
from demo.month.district import DUE_DAYS
from demo.month.files import amount, take_file
from demo.month.habits import Intent, habit
from demo.month.stage import Month
from workorders.problems import Problem
from workorders.tables import Account, Installation, Meter, Read, ServiceAgreement, ServicePoint
from workorders.usecases.collections.bills import BillRequest
from workorders.usecases.customers.daily import hand_off_final_bills

MONTHLY = {"5/8": 4_500, "3/4": 7_000, "1": 20_000, "1 1/2": 60_000, "2": 120_000}
"""Gallons a month by meter size."""
SKIPPED, ESTIMATED, HIGH = 0.004, 0.01, 0.006
"""Shares of a cycle's meters that are not read, only estimated, or read as four times the usual."""


@dataclass(frozen=True, slots=True)
class MeterToRead:
    """A meter on its route, with who answers for its service point."""

    account: str
    point: str
    serial: str
    size: str
    dials: int
    multiplier: int
    state: str
    last: int


def read_and_bill(month: Month, cycles: Sequence[date]) -> None:
    """Read the meters of these days' cycles, and bill whoever answers for their service points."""
    with month.sessions() as session:
        meters = [one for day in cycles if day.day <= CYCLE_DAYS for one in _to_read(session, day.day)]
    rng = month.rng("reads")
    reads, bills = [], []
    for one in meters:
        if rng.random() < SKIPPED:
            month.tally["meters_skipped"] += 1
            continue
        kind = "estimated" if rng.random() < ESTIMATED else "actual"
        gallons = _gallons(one, rng)
        reads.append((one.serial, month.today, (one.last + gallons // one.multiplier) % 10**one.dials, kind))
        bills.append(_bill(month, one.account, BASE_CENTS + gallons * CENTS_PER_THOUSAND // 1000, ""))
    month.tally["reads"] += take_file(month, "reads", ("serial", "read_on", "value", "kind"), reads).get(
        "reads", 0
    )
    send_bills(month, bills)


def final_bills(month: Month) -> None:
    """Hand over who has left, and bill them what their final read shows."""

    def hand_off(session: Session) -> Sequence[str]:
        try:
            ids = hand_off_final_bills(session, now=month.now, actor="billing")
        except Problem:
            return ()
        return session.scalars(
            select(Account.number)
            .join(ServiceAgreement, ServiceAgreement.account_id == Account.id)
            .where(ServiceAgreement.id.in_(ids))
            .distinct()
            .order_by(Account.number)
        ).all()

    leaving = month.do(hand_off)
    rng = month.rng("final bills")
    send_bills(month, [_bill(month, number, BASE_CENTS + rng.randint(0, 3_000), "F") for number in leaving])
    month.tally["final_bills"] += len(leaving)


def send_bills(month: Month, bills: Sequence[BillRequest]) -> None:
    """Take bills in, and let each customer make up their mind."""
    columns = ("reference", "account", "service", "billed_on", "due_on", "amount")
    rows = [(b.reference, b.account_number, b.service, b.billed_on, b.due_on, amount(b.cents)) for b in bills]
    month.tally["bills"] += take_file(month, "bills", columns, rows).get("bills", 0)
    for bill in bills:
        make_up_mind(month, bill)


def make_up_mind(month: Month, bill: BillRequest) -> None:
    """Put the day on which a bill is paid on the agenda."""
    planned = habit(month.seed, bill, earliest=month.today)
    if planned is not None:
        intend(month, *planned)


def intend(month: Month, day: date, intent: Intent) -> None:
    """Somebody is going to pay on a day."""
    month.agenda.setdefault(day, []).append(intent)


def _bill(month: Month, account: str, cents: int, mark: str) -> BillRequest:
    return BillRequest(
        reference=f"{month.today:%Y%m%d}{mark}-{account}",
        account_number=account,
        service="water",
        billed_on=month.today,
        due_on=month.today + timedelta(days=DUE_DAYS),
        cents=cents,
    )


def _gallons(one: MeterToRead, rng: random.Random) -> int:
    if one.state != "on":
        return 0
    usual = round(MONTHLY[one.size] * rng.uniform(0.6, 1.4))
    return usual * 4 if rng.random() < HIGH else usual


def _to_read(session: Session, cycle: int) -> list[MeterToRead]:
    """Installed meters of a cycle; the cycle is that of the service point's number, as in the demo."""
    latest = (
        select(Read.value)
        .where(Read.meter_id == Meter.id)
        .order_by(Read.taken_at.desc(), Read.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Account.number,
            ServicePoint.number,
            Meter.serial,
            Meter.size,
            Meter.dials,
            Meter.multiplier,
            ServicePoint.state,
            func.coalesce(latest, Installation.start_read),
        )
        .select_from(Installation)
        .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .join(Meter, Meter.id == Installation.meter_id)
        .join(ServiceAgreement, ServiceAgreement.service_point_id == ServicePoint.id)
        .join(Account, Account.id == ServiceAgreement.account_id)
        .where(Installation.removed_at.is_(None), ServiceAgreement.serving)
        .where(ServicePoint.id % CYCLE_DAYS == cycle % CYCLE_DAYS)
        .order_by(ServicePoint.id)
    )
    return [MeterToRead(*row) for row in rows]

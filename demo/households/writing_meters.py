"""Writing installed meters, reads, entries, notices and protections of the demo district.

Some households at a time: two years of reads of a large district do not fit into memory all at once.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from demo.households.households import Household
from demo.households.money import NOTICE_VALID_DAYS, DemoDebt
from demo.households.reads import DemoRead, make_reads
from demo.households.writer import BATCH, SOURCE, Writer, meter_row
from workorders.ledger import post_all
from workorders.tables import Account, Hold, Installation, Meter, Notice, Read, ServicePoint

DebtOf = Callable[[Household, Sequence[DemoRead]], DemoDebt]
"""What a household owes after its reads."""


def write_histories(
    writer: Writer,
    households: Sequence[Household],
    debt_of: DebtOf,
    *,
    seed: int,
    newest: int | None = None,
) -> list[Household]:
    """Meters, reads and money of all households; answers those that are protected from a cut.

    `newest`: of each meter's reads only so many of the newest, and the first; None: all.
    """
    points = writer.ids(ServicePoint.number, ServicePoint.id)
    accounts = writer.ids(Account.number, Account.id)
    protected = []
    for start in range(0, len(households), BATCH):
        some = households[start : start + BATCH]
        reads = [make_reads(one, seed=seed, now=writer.now, zone=writer.zone) for one in some]
        debts = [debt_of(one, history) for one, history in zip(some, reads, strict=True)]
        if newest is not None:
            reads = [[one[0], *one[1:][-newest:]] for one in reads]
        _write_meters(writer, some, reads, points)
        _write_money(writer, some, debts, accounts)
        protected += [one for one, debt in zip(some, debts, strict=True) if debt.hold is not None]
        writer.progress("meters, reads and money", start + len(some), len(households))
    return protected


def _write_meters(
    writer: Writer,
    households: Sequence[Household],
    reads: Sequence[Sequence[DemoRead]],
    points: Mapping[str, int],
) -> None:
    """Installed meters and their reads."""
    rows = [meter_row(one.serial, one.size, "installed", None, one.multiplier) for one in households]
    meters = list(zip(writer.keyed(Meter, rows), households, reads, strict=True))
    installations = [
        {
            "meter_id": meter,
            "service_point_id": points[one.service_point],
            "installed_at": history[0].at,
            "start_read": history[0].value,
            "source": SOURCE,
        }
        for meter, one, history in meters
    ]
    writer.rows(Installation, installations)
    sources = {"start": SOURCE}
    readings = [
        {
            "meter_id": meter,
            "service_point_id": point,
            "taken_at": at,
            "value": value,
            "kind": kind,
            "source": sources.get(month) or sources.setdefault(month, f"bill-cycle:{month}"),
            "billed": True,
            "flags": list(flags),
        }
        for meter, one, history in meters
        for point in (points[one.service_point],)
        for at, month, value, kind, _units, flags in history
    ]
    writer.rows(Read, readings)


def _write_money(
    writer: Writer, households: Sequence[Household], debts: Sequence[DemoDebt], accounts: Mapping[str, int]
) -> None:
    """Entries through the ledger, notices and holds."""
    post_all(writer.session, [entry for debt in debts for entry in debt.entries], now=writer.now)
    pairs = [(accounts[one.account], debt) for one, debt in zip(households, debts, strict=True)]
    notices = [
        {
            "account_id": account,
            "kind": kind,
            "sent_on": sent,
            "valid_until": sent + timedelta(days=NOTICE_VALID_DAYS),
            "amount_cents": debt.owed_cents,
        }
        for account, debt in pairs
        for kind, sent in debt.notices
    ]
    writer.rows(Notice, notices)
    today = writer.now.astimezone(writer.zone).date()
    holds = [
        {"account_id": account, "kind": debt.hold, "starts_on": today - timedelta(days=5), "source": SOURCE}
        for account, debt in pairs
        if debt.hold is not None
    ]
    writer.rows(Hold, holds)

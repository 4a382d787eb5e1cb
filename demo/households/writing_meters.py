"""Writing installed meters, reads, entries, notices and protections of the demo district."""

from collections.abc import Sequence
from datetime import timedelta

from demo.households.households import Household
from demo.households.money import NOTICE_VALID_DAYS, DemoDebt
from demo.households.reads import DemoRead
from demo.households.writer import BATCH, SOURCE, Writer, meter_row
from workorders.ledger import post_many
from workorders.tables import Account, Hold, Installation, Meter, Notice, Read, ServicePoint


def write_meters(
    writer: Writer, households: Sequence[Household], reads: Sequence[Sequence[DemoRead]]
) -> None:
    """Installed meters and their reads."""
    rows = [meter_row(one.serial, one.size, "installed", None, one.multiplier) for one in households]
    writer.rows(Meter, rows, "meters")
    meters = writer.ids(Meter.serial, Meter.id)
    points = writer.ids(ServicePoint.number, ServicePoint.id)
    installations = [
        {
            "meter_id": meters[one.serial],
            "service_point_id": points[one.service_point],
            "installed_at": told[0].at,
            "start_read": told[0].value,
            "source": SOURCE,
        }
        for one, told in zip(households, reads, strict=True)
    ]
    writer.rows(Installation, installations, "installations")
    readings = [
        {
            "meter_id": meters[one.serial],
            "service_point_id": points[one.service_point],
            "taken_at": read.at,
            "value": read.value,
            "kind": read.kind,
            "source": SOURCE if read.kind == "start" else f"bill-cycle:{read.month}",
            "billed": True,
            "flags": list(read.flags),
        }
        for one, told in zip(households, reads, strict=True)
        for read in told
    ]
    writer.rows(Read, readings, "reads")


def write_money(writer: Writer, households: Sequence[Household], debts: Sequence[DemoDebt]) -> None:
    """Entries through the ledger, notices and holds."""
    entries = [entry for debt in debts for entry in debt.entries]
    for start in range(0, len(entries), BATCH):
        post_many(writer.session, entries[start : start + BATCH], now=writer.now)
        writer.progress("ledger entries", min(start + BATCH, len(entries)), len(entries))
    accounts = writer.ids(Account.number, Account.id)
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
    writer.rows(Notice, notices, "notices")
    today = writer.now.astimezone(writer.zone).date()
    holds = [
        {"account_id": account, "kind": debt.hold, "starts_on": today - timedelta(days=5), "source": SOURCE}
        for account, debt in pairs
        if debt.hold is not None
    ]
    writer.rows(Hold, holds, "protections")

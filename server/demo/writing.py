"""Putting the demo district into an empty database, a table at a time, in bulk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.town import TownZone
from server.demo.crew import DemoMeter, DemoTechnician, shift_days, shift_span
from server.demo.households import Household
from server.demo.money import NOTICE_VALID_DAYS, DemoDebt
from server.demo.reads import DIALS, DemoRead
from server.progress import Progress
from workorders.ledger import post_many
from workorders.service.history import REFERENCES
from workorders.tables import (
    Account,
    Base,
    Customer,
    Hold,
    Installation,
    Meter,
    Notice,
    Outbox,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
    Shift,
    Technician,
    Zone,
)

BATCH = 2_000
SOURCE = "demo"
CITY, POSTCODE = "Demo Falls", "00001"
MAKE = "Demo Meter"
OFF_DAYS = 20
"""How long ago vacant and cut places went off: after their last monthly read but one."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Where rows go and who hears of it."""

    session: Session
    progress: Progress
    now: datetime
    zone: ZoneInfo

    def rows(self, table: type[Base], rows: Sequence[dict[str, Any]], step: str) -> None:
        """Insert rows in batches."""
        # The bare table instead of the class: half the time, for nobody looks at these rows as objects.
        statement = insert(cast(Table, table.__table__))
        for start in range(0, len(rows), BATCH):
            self.session.execute(statement, rows[start : start + BATCH])
            self.progress(step, min(start + BATCH, len(rows)), len(rows))

    def ids(self, key: InstrumentedAttribute[str], row_id: InstrumentedAttribute[int]) -> dict[str, int]:
        """The ids of a table by its key: all of its rows are ours, the database was empty."""
        return {name: number for name, number in self.session.execute(select(key, row_id))}  # noqa: C416 - rows are not pairs to mypy


def write_zones(writer: Writer, zones: Iterable[TownZone]) -> dict[str, int]:
    """Work zones; answers their ids by code."""
    rows = [
        {
            "code": zone.code,
            "name": zone.name,
            "kind": "work",
            "area": shapely.MultiPolygon([shapely.Polygon(zone.ring)]),
        }
        for zone in zones
    ]
    writer.rows(Zone, rows, "zones")
    return writer.ids(Zone.code, Zone.id)


def write_crew(
    writer: Writer, crew: Sequence[DemoTechnician], spares: Sequence[DemoMeter], zones: dict[str, int]
) -> None:
    """Technicians, their shifts, the spare meters, and what tablets must be told at first."""
    technicians = [
        {
            "id": one.id,
            "name": one.name,
            "skills": list(one.skills),
            "zone_id": zones[one.zone],
            "home": shapely.Point(one.home),
            "active": True,
        }
        for one in crew
    ]
    writer.rows(Technician, technicians, "technicians")
    today = writer.now.astimezone(writer.zone).date()
    spans = {day: shift_span(day, writer.zone) for day in shift_days(today)}
    shifts = [
        {"technician_id": one.id, "day": day, "starts_at": start, "ends_at": end, "break_minutes": 30}
        for one in crew
        for day, (start, end) in spans.items()
    ]
    writer.rows(Shift, shifts, "shifts")
    meters = [
        _meter(one.serial, one.size, "in_stock" if one.van is None else "in_van", one.van) for one in spares
    ]
    writer.rows(Meter, meters, "spare meters")
    told = [
        {"technician_id": one.id, "topic": "ref", "key": reference, "created_at": writer.now}
        for one in crew
        for reference in REFERENCES
    ]
    writer.rows(Outbox, told, "reference documents")


def write_households(writer: Writer, households: Sequence[Household], zones: dict[str, int]) -> None:
    """Premises, customers, accounts, service points, agreements, and the events behind their states."""
    writer.rows(Premise, [_premise(one, zones) for one in households], "premises")
    premises = writer.ids(Premise.number, Premise.id)
    people = [_customer(one, one.customer) for one in households]
    people += [_customer(one, _newcomer(one)) for one in households if one.next_account]
    writer.rows(Customer, people, "customers")
    customers = writer.ids(Customer.name, Customer.id)
    today = writer.now.astimezone(writer.zone).date()
    rows = [row for one in households for row in _accounts(one, customers, today)]
    writer.rows(Account, rows, "accounts")
    _write_points(writer, households, premises, today)


def _write_points(
    writer: Writer, households: Sequence[Household], premises: dict[str, int], today: date
) -> None:
    points = [
        {
            "number": one.service_point,
            "premise_id": premises[one.premise],
            "service": "water",
            "size": one.size,
            "state": one.state,
            "meter_location": one.meter_location,
            "lock_number": f"L{one.number:06d}" if one.state != "on" else None,
        }
        for one in households
    ]
    writer.rows(ServicePoint, points, "service points")
    ids = writer.ids(ServicePoint.number, ServicePoint.id)
    accounts = writer.ids(Account.number, Account.id)
    agreements = [
        agreement
        for one in households
        for agreement in _agreements(one, accounts, ids[one.service_point], today)
    ]
    writer.rows(ServiceAgreement, agreements, "service agreements")
    events = [event for one in households for event in _states(one, ids[one.service_point], writer)]
    writer.rows(ServicePointEvent, events, "states of service points")


def write_meters(
    writer: Writer, households: Sequence[Household], reads: Sequence[Sequence[DemoRead]]
) -> None:
    """Installed meters and their reads."""
    rows = [_meter(one.serial, one.size, "installed", None, one.multiplier) for one in households]
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


def _premise(one: Household, zones: dict[str, int]) -> dict[str, Any]:
    address = one.address
    return {
        "number": one.premise,
        "house_number": address.house_number,
        "street": address.street,
        "city": CITY,
        "postcode": POSTCODE,
        "position": shapely.Point(address.lon, address.lat),
        "zone_id": zones[address.zone],
        "access_note": one.access_note,
        "dog": one.dog,
        "hazard": one.hazard,
        "medical": one.medical,
    }


def _newcomer(one: Household) -> str:
    """Name of who moves into a vacant place."""
    return f"{one.customer} (moving in)"


def _customer(one: Household, name: str) -> dict[str, Any]:
    return {"name": name, "phone": one.phone}


def _accounts(one: Household, customers: dict[str, int], today: date) -> list[dict[str, Any]]:
    """The household's account; a vacant place has a closed one and one of who moves in."""
    shared = {"rate_class": one.rate_class, "tax_exempt": one.rate_class == "municipal"}
    left = today - timedelta(days=OFF_DAYS) if one.next_account else None
    rows = [
        {
            "number": one.account,
            "customer_id": customers[one.customer],
            "status": "closed" if left else "active",
            "opened_on": one.opened_on,
            "closed_on": left,
            **shared,
        }
    ]
    if one.next_account:
        arrives = {"number": one.next_account, "customer_id": customers[_newcomer(one)], "status": "active"}
        rows.append({**arrives, "opened_on": today, "closed_on": None, **shared})
    return rows


def _agreements(one: Household, accounts: dict[str, int], point: int, today: date) -> list[dict[str, Any]]:
    left = today - timedelta(days=OFF_DAYS) if one.next_account else None
    rows = [{"account_id": accounts[one.account], "start_on": one.opened_on, "end_on": left}]
    if one.next_account:
        rows.append({"account_id": accounts[one.next_account], "start_on": today, "end_on": None})
    return [{"service_point_id": point, **row} for row in rows]


def _meter(
    serial: str, size: str, status: str, van: str | None, multiplier: int | None = None
) -> dict[str, Any]:
    counts = multiplier or (1 if size in {"5/8", "3/4"} else 10)
    return {
        "serial": serial,
        "make": MAKE,
        "service": "water",
        "size": size,
        "dials": DIALS,
        "multiplier": counts,
        "unit": "gal",
        "status": status,
        "van_technician_id": van,
    }


def _states(one: Household, point: int, writer: Writer) -> list[dict[str, Any]]:
    """On since the meter was installed; off since OFF_DAYS for the places that are."""
    installed = datetime.combine(one.installed_on, time(12), writer.zone)
    events = [{"service_point_id": point, "state": "on", "at": installed, "source": SOURCE}]
    if one.state != "on":
        at = writer.now - timedelta(days=OFF_DAYS)
        events.append({"service_point_id": point, "state": one.state, "at": at, "source": SOURCE})
    return events

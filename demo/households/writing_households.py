"""Writing premises, customers, accounts and service points of the demo district."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import shapely

from demo.households.households import Household
from demo.households.writer import SOURCE, Writer
from workorders.tables import Account, Customer, Premise, ServiceAgreement, ServicePoint, ServicePointEvent

CITY, POSTCODE = "Demo Falls", "00001"
OFF_DAYS = 20
"""How long ago vacant and cut places went off."""


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
    rows[0]["state"] = "closed" if left else "active"
    if one.next_account:
        rows.append(
            {"account_id": accounts[one.next_account], "start_on": today, "end_on": None, "state": "active"}
        )
    return [{"service_point_id": point, **row} for row in rows]


def _states(one: Household, point: int, writer: Writer) -> list[dict[str, Any]]:
    """On since the meter was installed; off since OFF_DAYS for the places that are."""
    installed = datetime.combine(one.installed_on, time(12), writer.zone)
    events = [{"service_point_id": point, "state": "on", "at": installed, "source": SOURCE}]
    if one.state != "on":
        at = writer.now - timedelta(days=OFF_DAYS)
        events.append({"service_point_id": point, "state": one.state, "at": at, "source": SOURCE})
    return events

"""Reports of meters: those that nobody has read for long, and those on the vans."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from workorders.messages.texts import N_
from workorders.metering.registers import DIALS_SEEN
from workorders.queries.reports.report import Asked, Chart, Column, Filter, Report, Row
from workorders.tables import (
    Account,
    Installation,
    Meter,
    Premise,
    Read,
    ServiceAgreement,
    ServicePoint,
    Zone,
)

UNREAD_DAYS = 35
"""A monthly read is missed after that many days, where nobody says otherwise."""


def unread(session: Session, asked: Asked) -> Iterator[Row]:
    """Installed meters without a read of the dials since so many days."""
    least = asked.get("days")
    last = (
        select(Read.meter_id, func.max(Read.taken_at).label("at"))
        .where(Read.kind.in_(DIALS_SEEN))
        .group_by(Read.meter_id)
        .subquery()
    )
    agreement = aliased(ServiceAgreement)
    answers = and_(agreement.service_point_id == ServicePoint.id, agreement.end_on.is_(None))
    query = (
        select(
            Meter.serial,
            ServicePoint.number,
            Premise.house_number,
            Premise.street,
            Zone.name,
            Account.number,
            ServicePoint.meter_location,
            Premise.access_note,
            last.c.at,
            Installation.installed_at,
        )
        .join(Meter, Meter.id == Installation.meter_id)
        .join(ServicePoint, ServicePoint.id == Installation.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .outerjoin(Zone, Zone.id == Premise.zone_id)
        .outerjoin(agreement, answers)
        .outerjoin(Account, Account.id == agreement.account_id)
        .outerjoin(last, last.c.meter_id == Meter.id)
        .where(
            Installation.removed_at.is_(None),
            func.coalesce(last.c.at, Installation.installed_at) < asked.now - timedelta(days=least),
        )
        .order_by(Zone.name, Premise.street, Premise.house_number)
    )
    if asked.get("zone"):
        query = query.where(Zone.code == asked.get("zone"))
    for serial, point, house, street, zone, account, place, note, at, installed in session.execute(query):
        since: datetime = at or installed
        days = (asked.now - since).days
        yield (serial, point, f"{house} {street}", zone, account, place, note, at, days)


def on_vans(session: Session, asked: Asked) -> Iterator[Row]:
    """Meters on vans, by technician."""
    query = select(
        Meter.van_technician_id, Meter.serial, Meter.service, Meter.size, Meter.make, Meter.endpoint
    ).where(Meter.status == "in_van")
    if asked.get("technician"):
        query = query.where(Meter.van_technician_id == asked.get("technician"))
    ordered = query.order_by(Meter.van_technician_id, Meter.service, Meter.size, Meter.serial)
    yield from (tuple(row) for row in session.execute(ordered))


UNREAD = Report(
    name="unread-meters",
    title=N_("Unread meters"),
    about=N_("Installed meters whose dials nobody has read for longer than the days given."),
    roles=("dispatcher", "cashier", "supervisor"),
    columns=(
        Column("meter", N_("Meter"), link="meter"),
        Column("service_point", N_("Service point")),
        Column("address", N_("Address")),
        Column("zone", N_("Zone")),
        Column("account", N_("Account"), link="account"),
        Column("place", N_("Where the meter is")),
        Column("note", N_("Access")),
        Column("read_at", N_("Last read"), "time"),
        Column("days", N_("Days without a read"), "number"),
    ),
    rows=unread,
    filters=(
        Filter("days", N_("Longer than so many days"), "number", default=UNREAD_DAYS),
        Filter("zone", N_("Zone"), "zone"),
    ),
    order="-days",
    chart=Chart(N_("Unread meters"), "zone"),
)
VAN_STOCK = Report(
    name="van-stock",
    title=N_("Van stock"),
    about=N_("Meters on the vans, as transfers and exchanges have left them."),
    roles=("dispatcher", "supervisor"),
    columns=(
        Column("technician", N_("Technician"), "who"),
        Column("meter", N_("Meter"), link="meter"),
        Column("service", N_("Service"), "code", group="services"),
        Column("size", N_("Size")),
        Column("make", N_("Make")),
        Column("radio", N_("Radio")),
    ),
    rows=on_vans,
    filters=(Filter("technician", N_("Technician"), "technician"),),
    chart=Chart(N_("Meters"), "technician"),
)

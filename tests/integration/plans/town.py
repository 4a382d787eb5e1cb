"""A generated town with streets, technicians on shift and orders in routes: a day to plan the rest of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.town import Town, generate_town
from geo.files import network_file
from geo.roads import RoadNetwork, build_network
from geo.roads.streets_pbf import write_street_pbf
from tests.integration.usecases.tablet import Tablet
from workorders.tables import Customer, Order, Premise, ReceiptBlock, ServicePoint, Shift, Technician
from workorders.usecases.district.publish_rules import publish_rules, sample_document
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import set_route

DAY = date(2026, 3, 2)
ZONE = ZoneInfo("America/Chicago")


def clock(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """A time on the district's clocks."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


MORNING = clock(7)


@dataclass(frozen=True)
class Streets:
    """A town, and a data folder with its road network."""

    town: Town
    folder: Path
    network: RoadNetwork


def build_streets(folder: Path, accounts: int = 400) -> Streets:
    """Draw a town and make its road network."""
    town = generate_town(3, accounts)
    write_street_pbf(folder / "town.osm.pbf", town.nodes, town.ways, town.relations)
    build_network(folder / "town.osm.pbf", network_file(folder), attribution=town.attribution)
    return Streets(town, folder, RoadNetwork.open(network_file(folder)))


def people(session: Session, count: int, days: int = 1) -> list[str]:
    """Technicians t01 … on shift from eight to half past four, with tablets."""
    publish_rules(session, sample_document(), now=MORNING - timedelta(days=300))
    names = [f"t{number:02d}" for number in range(1, count + 1)]
    session.add_all(Technician(id=name, name=f"Technician {name}", skills=["water"]) for name in names)
    session.flush()
    for name in names:
        block = ReceiptBlock(
            device_id=f"{name}tablet", prefix=name.upper(), first=1, last=99, granted_at=MORNING
        )
        session.add(block)
        for ahead in range(days):
            day = DAY + timedelta(days=ahead)
            session.add(
                Shift(technician_id=name, day=day, starts_at=clock(8, 0, day), ends_at=clock(16, 30, day))
            )
    session.flush()
    return names


def orders(session: Session, town: Town, count: int, *, skip: int = 0, **given: Any) -> list[str]:
    """Rereads at houses spread over the town, ready to be given out."""
    customer = Customer(name="Demo customer")
    session.add(customer)
    step = max(1, len(town.addresses) // (count + skip))
    numbers = []
    for place in range(skip, skip + count):
        address = town.addresses[place * step % len(town.addresses)]
        premise = Premise(
            number=f"P{place}",
            house_number=address.house_number,
            street=address.street,
            city="Demo Falls",
            postcode="00000",
            position=shapely.Point(address.lon, address.lat),
        )
        session.add(premise)
        session.flush()
        point = ServicePoint(number=f"SP{place}", premise_id=premise.id, size="5/8", state="on")
        session.add(point)
        session.flush()
        number = f"W{place + 1:06d}"
        session.add(
            Order(
                **{
                    "number": number,
                    "type": "reread",
                    "state": "approved",
                    "service_point_id": point.id,
                    "planned_minutes": 20,
                    "extra": {"flag_reason": "high"},
                    "requested_at": MORNING,
                    "requested_by": "csr",
                }
                | given
            )
        )
        numbers.append(number)
    session.flush()
    return numbers


def deal(
    session: Session, names: list[str], numbers: list[str], day: date = DAY, *, now: datetime = MORNING
) -> dict[str, list[str]]:
    """Give the orders out in equal heaps, as a dispatcher does by hand."""
    heap = -(-len(numbers) // len(names))
    routes = {name: numbers[n * heap : (n + 1) * heap] for n, name in enumerate(names)}
    for name, stops in routes.items():
        set_route(session, name, day, stops, now=now, actor="dana")
    return routes


class Field:
    """What technicians report."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tablets: dict[str, Tablet] = {}

    def report(
        self, who: str, kind: str, number: str, at: datetime, fix: tuple[float, float] | None = None
    ) -> None:
        """A progress event, or `unable`, reaches the office at once."""
        tablet = self._tablets.setdefault(who, Tablet(who))
        order = self._session.get_one(Order, number)
        if kind == "unable":
            document = tablet.unable(order, "no_access", at=at)
        else:
            document = tablet.event(kind, order, at=at)
        if fix is not None:
            document["position"] = {"lon": fix[0], "lat": fix[1], "accuracy_m": 8}
        self._ingest(who, document, at)

    def day(self, who: str, state: str, at: datetime) -> None:
        """What the day bar of the tablet notes: signed on, on a break, back."""
        tablet = self._tablets.setdefault(who, Tablet(who))
        order = self._session.scalars(select(Order).order_by(Order.number)).first()
        assert order is not None
        about_the_day: dict[str, Any] = {"order": None, "epoch": None}
        self._ingest(who, tablet.event("day", order, {"state": state}, at=at) | about_the_day, at)

    def _ingest(self, who: str, document: dict[str, Any], at: datetime) -> None:
        answer = ingest_event(self._session, document, database=f"tech-{who}", revision="1-a", received_at=at)
        assert answer.status in {"posted", "review"}, answer.message

"""Where a technician's day begins and ends, and where its stops are."""

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.rules_cache import rule_book
from workorders.tables import Order, Premise, ServicePoint, Shift, Technician

LonLat = tuple[float, float]


def yard(session: Session, *, on: Shift) -> LonLat:
    """The yard where vans start: the dated setting `yard`, else the middle of the district's premises.

    Raises Problem bad_setting when there is neither.
    """
    place = rule_book(session).in_force(on.day).setting("yard")
    if place:
        return float(place["lon"]), float(place["lat"])
    middle = session.scalar(select(func.count(Premise.id)))
    if not middle:
        raise Problem("bad_setting", name="yard", reason="there are no premises to guess it from")
    # A district is small beside the earth: the premise in the middle of the list will do to start from.
    found = session.scalars(select(Premise.position).order_by(Premise.id).offset(middle // 2).limit(1)).one()
    return found.x, found.y


def shift_ends(session: Session, technician: Technician, shift: Shift) -> LonLat:
    """Where the technician starts and ends on that day: at home, or at the yard."""
    if shift.home_start and technician.home is not None:
        return technician.home.x, technician.home.y
    return yard(session, on=shift)


def stop_positions(session: Session, numbers: list[str]) -> dict[str, LonLat]:
    """The positions of orders' premises by order number."""
    rows = session.execute(
        select(Order.number, Premise.position)
        .join(ServicePoint, ServicePoint.id == Order.service_point_id)
        .join(Premise, Premise.id == ServicePoint.premise_id)
        .where(Order.number.in_(numbers))
    )
    return {number: (shapely.get_x(position), shapely.get_y(position)) for number, position in rows}

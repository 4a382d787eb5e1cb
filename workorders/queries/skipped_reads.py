"""How often in a row a meter could not be read, for the types of order that count it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.tables import Order

_points: BindParameter[Any] = bindparam("points", expanding=True)
_types: BindParameter[Any] = bindparam("types", expanding=True)
_VISITS = (
    select(Order.service_point_id, Order.type, Order.outcome)
    .where(Order.service_point_id.in_(_points), Order.type.in_(_types), Order.outcome.is_not(None))
    .order_by(Order.service_point_id, Order.requested_at.desc(), Order.number.desc())
)


def skips_before(session: Session, orders: Sequence[Order]) -> dict[int, int]:
    """Visits in a row, the newest first, that ended without a read, by service point id.

    Asked only of orders whose type has a `skip_outcome`; for others nothing is read.
    """
    asking = [one for one in orders if order_type_of(one.type).skip_outcome is not None]
    if not asking:
        return {}
    given = {
        "points": sorted({one.service_point_id for one in asking}),
        "types": sorted({one.type for one in asking}),
    }
    counts: dict[int, int] = {}
    ended: set[int] = set()
    for point, type_, outcome in session.execute(_VISITS, given):
        if outcome == order_type_of(type_).skip_outcome and point not in ended:
            counts[point] = counts.get(point, 0) + 1
        else:
            ended.add(point)
    return counts

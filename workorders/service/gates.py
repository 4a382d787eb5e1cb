"""What must hold before an order is raised: its windows, and one service-state order per service point."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.descriptors import OrderType
from workorders.lifecycle import ACTIVE, Meeting, State, meeting
from workorders.problems import Problem
from workorders.tables import Account, Order, ServicePoint

PENDING = ACTIVE - {State.EXCEPTION}
"""The order still wants to change the service; one in `exception` has done so and waits for the office."""


def check_windows(priority: int, since: datetime | None, until: datetime | None, name: str) -> None:
    """Raise Problem `bad_input` for a window that ends before it begins, or a priority outside 0 to 100."""
    if since is not None and until is not None and until < since:
        raise Problem("bad_input", field=f"{name}_until", reason="it is before the beginning")
    if not 0 <= priority <= 100:
        raise Problem("bad_input", field="priority", reason="0 (whenever) to 100 (emergency)")


def service_orders_to_supersede(
    session: Session, order_type: OrderType, point: ServicePoint, account: Account | None
) -> list[Order]:
    """The active service-state orders that a new one takes the place of, locked.

    Raises Problem `service_order_active` when one is active that it may neither replace nor stand beside.
    """
    if not order_type.changes_service:
        return []
    changing = [code for code, known in CATALOGUE.items() if known.changes_service]
    # The service point's row is the lock that keeps two service-state orders from being raised at once.
    session.execute(select(ServicePoint.id).where(ServicePoint.id == point.id).with_for_update())
    active = session.scalars(
        select(Order)
        .where(Order.service_point_id == point.id, Order.type.in_(changing), Order.state.in_(PENDING))
        .order_by(Order.number)
        .with_for_update()
    ).all()
    superseded = []
    for other in active:
        same = account is not None and other.account_id == account.id
        how = meeting(order_type.code, other.type, same_account=same)
        if how is Meeting.REFUSED:
            raise Problem("service_order_active", service_point=point.number, number=other.number)
        if how is Meeting.SUPERSEDES:
            superseded.append(other)
    return superseded

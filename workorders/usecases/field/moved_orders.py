"""Orders that events have moved, written in one statement: the ORM, which checks versions, sends one each."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import Table, bindparam, inspect, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from workorders.tables import Order

_MOVED = ("state", "outcome", "finished_at")
"""What an event that only moves its order changes."""
_ORDERS = cast(Table, Order.__table__)
_MOVE = (
    update(_ORDERS)
    .where(_ORDERS.c.number == bindparam("which"), _ORDERS.c.version == bindparam("seen"))
    .values(version=bindparam("after"), **{name: bindparam(f"new_{name}") for name in _MOVED})
)


def write_moved(session: Session, orders: Iterable[Order]) -> None:
    """Write those of the orders of which nothing else has changed; the others are left to the next flush.

    Raises sqlalchemy's StaleDataError when one is not what it was when it was read.
    """
    moved = [order for order in orders if _is_only_moved(order)]
    if not moved:
        return
    rows = [_row(order) for order in moved]
    written = session.connection().execute(_MOVE, rows)
    if written.rowcount != len(rows):
        raise StaleDataError(f"{len(rows)} orders were moved, {written.rowcount} were as they had been read")
    for order, row in zip(moved, rows, strict=True):
        for name in _MOVED:
            set_committed_value(order, name, getattr(order, name))
        set_committed_value(order, "version", row["after"])


def _is_only_moved(order: Order) -> bool:
    changed = {one.key for one in inspect(order).attrs if one.history.has_changes()} if _may_be(order) else ()
    return bool(changed) and set(changed) <= set(_MOVED)


def _may_be(order: Order) -> bool:
    """Cheaper than to look at the history of every column."""
    return bool(inspect(order).modified)


def _row(order: Order) -> dict[str, Any]:
    moved = {f"new_{name}": getattr(order, name) for name in _MOVED}
    return {"which": order.number, "seen": order.version, "after": order.version + 1} | moved

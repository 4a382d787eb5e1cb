"""Commands to remote switches, for the pages that follow them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workorders.catalogue import CATALOGUE
from workorders.tables import Installation, Meter, Order, RemoteCommand, ServicePoint

SHOWN = 100
ASKABLE = ("approved", "scheduled", "assigned", "unable", "recalled")
"""States in which nobody is on the way, and an order may be given to the switch."""


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What an order page says about remote execution."""

    possible: bool
    """Its kind and its meter allow it."""
    may_ask: bool
    commands: Sequence[RemoteCommand]
    """Newest first."""


def remote_state(session: Session, order: Order) -> RemoteState:
    """Whether an order can be executed remotely, and what was tried."""
    commands = session.scalars(
        select(RemoteCommand)
        .where(RemoteCommand.order_number == order.number)
        .options(joinedload(RemoteCommand.meter))
        .order_by(RemoteCommand.requested_at.desc())
    ).all()
    found = CATALOGUE.get(order.type)
    possible = False
    if found is not None and found.remote is not None:
        switch = (
            select(Meter.id)
            .join(Installation, Installation.meter_id == Meter.id)
            .where(
                Installation.service_point_id == order.service_point_id,
                Installation.removed_at.is_(None),
                Meter.remote_switch,
            )
        )
        possible = session.scalar(switch) is not None
    under_way = any(one.state in ("waiting", "sent") for one in commands)
    return RemoteState(possible, possible and not under_way and order.state in ASKABLE, commands)


def latest_commands(session: Session) -> Sequence[RemoteCommand]:
    """The newest commands, at most SHOWN: those without an answer first."""
    base = select(RemoteCommand).options(
        joinedload(RemoteCommand.meter),
        joinedload(RemoteCommand.order).joinedload(Order.service_point).joinedload(ServicePoint.premise),
    )
    newest = RemoteCommand.requested_at.desc()
    open_ones = session.scalars(
        base.where(RemoteCommand.state.in_(("waiting", "sent"))).order_by(newest).limit(SHOWN)
    ).all()
    others = session.scalars(
        base.where(RemoteCommand.state.in_(("silent", "refused", "withdrawn", "done")))
        .order_by(newest)
        .limit(SHOWN)
    ).all()
    return [*open_ones, *others][:SHOWN]

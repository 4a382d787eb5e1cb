"""An order given to the meter's own switch instead of a technician, by the same rules."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE, order_type_of
from workorders.facts import REMOTE_TECHNICIAN
from workorders.judgement.lifecycle import IN_FIELD
from workorders.problems import Problem, Reason
from workorders.queries.district import district_of
from workorders.queries.lookups import order_for_update
from workorders.queries.rules_cache import rule_book
from workorders.tables import Installation, Meter, Order, RemoteCommand, Technician
from workorders.usecases.collections.authority import check_cut
from workorders.usecases.orders.assignment import assign_to_switch

ANSWER_MINUTES = 15
"""How long the head-end has, where the rule `remote` does not say."""


def request_remote(
    session: Session, number: str, command_id: str, *, now: datetime, actor: str
) -> RemoteCommand:
    """Have an order executed by the switch of its meter; the command waits for the worker to send it.

    The order is assigned and sent out as to a technician, with the same authority and checks, and of a cut
    all of its rules must hold now, hour included. The same `command_id` again changes nothing. Raises Problem
    `not_found`, `no_remote_switch`, `remote_under_way`, `illegal_transition`, `cut_not_allowed`.
    """
    order = order_for_update(session, number)
    known = session.get(RemoteCommand, command_id)
    if known is not None and known.order_number != number:
        raise Problem("bad_input", field="command_id", reason=Reason("it is that of another order"))
    if known is not None:
        return known
    way, meter = order_type_of(order.type).remote, installed_meter(session, order)
    if way is None or meter is None or not meter.remote_switch:
        raise Problem("no_remote_switch", number=number)
    if open_command(session, number) is not None:
        raise Problem("remote_under_way", number=number)
    if order.state in IN_FIELD:
        # Somebody may stand before the meter: it is taken back first, by a person who knows.
        raise Problem("illegal_transition", state=order.state, command="assign")
    check_still_allowed(session, order, now=now)
    switch = remote_technician(session)
    today = district_of(session).day_of(now)
    assign_to_switch(session, order, switch, day=today, now=now, actor=actor)
    made = RemoteCommand(
        id=command_id,
        order_number=number,
        epoch=order.epoch,
        meter_id=meter.id,
        kind=way.command,
        state="waiting",
        requested_at=now,
        requested_by=actor[:80],
        deadline_at=now + _patience(session, now),
        tries=0,
    )
    session.add(made)
    session.flush()
    return made


def check_still_allowed(session: Session, order: Order, *, now: datetime) -> None:
    """Hold a cut against every rule of this instant; other types pass. Raises Problem `cut_not_allowed`."""
    if order_type_of(order.type).cuts is not None:
        check_cut(session, order.service_point, order.account, since=order.requested_at, at=now, now=now)


def with_switch(order: Order, command: RemoteCommand) -> bool:
    """Whether the order still is with the switch that the command goes to."""
    mine = order.technician_id == REMOTE_TECHNICIAN and order.epoch == command.epoch
    return mine and order.state in IN_FIELD


def open_command(session: Session, number: str) -> RemoteCommand | None:
    """The order's command that has no answer yet."""
    query = select(RemoteCommand).where(
        RemoteCommand.order_number == number, RemoteCommand.state.in_(("waiting", "sent"))
    )
    return session.scalars(query).first()


def installed_meter(session: Session, order: Order) -> Meter | None:
    """The meter at the order's service point."""
    query = (
        select(Meter)
        .join(Installation, Installation.meter_id == Meter.id)
        .where(Installation.service_point_id == order.service_point_id, Installation.removed_at.is_(None))
    )
    return session.scalars(query).first()


def remote_technician(session: Session) -> Technician:
    """Who executes remote commands in assignments, history and field events; made at the first one.

    Never an active technician: nobody assigns work to it by name, plans for it, or enrolls a tablet in its
    name, which would leave an order with nobody.
    """
    found = session.get(Technician, REMOTE_TECHNICIAN)
    if found is None:
        skills = sorted({skill for known in CATALOGUE.values() for skill in known.skills})
        found = Technician(id=REMOTE_TECHNICIAN, name="Remote switch (AMI)", skills=skills, active=False)
        session.add(found)
        session.flush()
    return found


def _patience(session: Session, now: datetime) -> timedelta:
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    return timedelta(minutes=int(rules.setting("remote").get("answer_minutes", ANSWER_MINUTES)))

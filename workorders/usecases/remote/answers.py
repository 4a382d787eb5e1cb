"""What the head-end answers: a fact like any other from the field, judged by the same code."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from workorders.catalogue import order_type_of
from workorders.facts import REMOTE_TECHNICIAN
from workorders.grammar.numbers import READ_MAX
from workorders.grammar.texts import CODE_MAX, checked_line
from workorders.messages.message import Message
from workorders.problems import Problem, Reason
from workorders.queries.lookups import order_for_update
from workorders.tables import Order, RemoteCommand
from workorders.usecases.field.events import ingest_event
from workorders.usecases.history import count
from workorders.usecases.orders.assignment import recall_order
from workorders.usecases.remote.request import with_switch

DEVICE = "amiheadend"
"""Stands in events where a tablet's id does."""
STATUSES = ("done", "refused", "unreachable")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""A clock that was reset says a day before; no document of the field may."""
UNREADABLE = "?"
"""Stands for a serial that is no line of letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadEndAnswer:
    """What the head-end says of one command. `at`: when it happened, by the meter's clock."""

    command_id: str
    status: str
    """done | refused | unreachable."""
    at: datetime
    serial: str = ""
    """The meter that answered, as it calls itself."""
    read: int | None = None
    registers: Mapping[str, int] = field(default_factory=dict)
    """Of registers besides the main one, by code."""


def take_answer(session: Session, given: HeadEndAnswer, *, now: datetime) -> RemoteCommand:
    """Judge an answer and carry out what follows; the same or another answer again changes nothing.

    However late it comes, and whatever was answered before, what was switched was switched: `done` becomes a
    completion under the epoch of the command, and is judged as that of a technician who was out of contact.
    `refused` and `unreachable` give the order back to the dispatcher. Raises Problem `not_found` for an
    unknown command, `bad_input` for an unknown status.
    """
    given = _readable(given, now)
    command = session.get(RemoteCommand, given.command_id)
    if command is None:
        raise Problem("not_found", what="command", key=given.command_id)
    order = order_for_update(session, command.order_number)
    session.refresh(command, with_for_update=True)
    if command.event_id is not None or (command.answered_at is not None and given.status != "done"):
        return command
    command.answered_at, command.answer = now, _kept(given)
    if given.status == "done":
        command.state, command.event_id = "done", _completed(session, order, command, given, now)
    else:
        late = command.state not in ("waiting", "sent")
        command.state, command.why = "refused", given.status
        if not late and with_switch(order, command):
            code = "reason.remote_refused" if given.status == "refused" else "reason.remote_unreachable"
            recall_order(session, order.number, reason=Message(code), now=now, actor="curbstop")
    session.flush()
    return command


def _completed(
    session: Session, order: Order, command: RemoteCommand, given: HeadEndAnswer, now: datetime
) -> str:
    """Write the completion as a tablet would, and ingest it; its id."""
    number = count(session, "remote_event")
    event_id = f"event:{DEVICE}:{number:08d}"
    way = order_type_of(order.type).remote
    answers = dict(way.answers) if way is not None else {}
    seen: dict[str, Any] = {"serial_seen": given.serial or command.meter.serial, "read": _shown(given.read)}
    document = {
        "_id": event_id,
        "kind": "event",
        "schema": 1,
        "event": "completed",
        "order": order.number,
        "epoch": command.epoch,
        "seen_seq": None,
        "rule_set": None,
        "technician": REMOTE_TECHNICIAN,
        "device": DEVICE,
        "counter": number,
        "app_version": None,
        "at": min(given.at, now).isoformat(),
        "clock": {},
        "position": None,
        "body": {
            "outcome": order_type_of(order.type).outcomes[0].value,
            "finished_at": min(given.at, now).isoformat(),
            **seen,
            "answers": answers,
            "registers": {code: read for code, read in given.registers.items() if _shown(read) is not None},
            "remote": {"command": command.id},
        },
    }
    ingest_event(
        session,
        document,
        database=f"tech-{REMOTE_TECHNICIAN}",
        revision=f"1-{command.id}",
        received_at=now,
        last_contact=command.sent_at,
    )
    return event_id


def _kept(given: HeadEndAnswer) -> dict[str, Any]:
    return {
        "status": given.status,
        "at": given.at.isoformat(),
        "serial": given.serial,
        "read": given.read,
        "registers": dict(given.registers),
    }


def _readable(given: HeadEndAnswer, now: datetime) -> HeadEndAnswer:
    """The answer as the rest can take it: an hour or a serial that cannot be read hides no switching."""
    status = given.status.strip().lower()
    if status not in STATUSES:
        raise Problem("bad_input", field="status", reason=Reason("done, refused or unreachable"))
    at = given.at if given.at.tzinfo is not None and given.at >= EARLIEST else now
    # Not the meter's: a person looks at whose it is.
    serial = _line(given.serial)
    registers = {code: read for code, read in given.registers.items() if code and _line(code) == code}
    return replace(
        given,
        status=status,
        at=at,
        serial=UNREADABLE if serial is None else serial,
        registers=registers,
    )


def _line(text: str) -> str | None:
    """A code as the records can keep it; None for what is no line of letters."""
    try:
        return checked_line(text, field="serial", longest=CODE_MAX)
    except Problem:
        return None


def _shown(value: int | None) -> int | None:
    """A read as dials can show it; another is no read, but that the meter switched is told all the same."""
    return value if value is not None and 0 <= value <= READ_MAX else None

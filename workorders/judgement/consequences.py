"""What a judged field fact leads to, as plain values.

The rules (`completion`, one file per order type) say *what* follows; `usecases` carry it out in one
transaction. Kept apart so that every rule can be tested, and simulated, without a database.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from workorders.judgement.lifecycle import Command
from workorders.messages.message import Message


@dataclass(frozen=True, slots=True)
class SetServicePoint:
    """The service point is now in `state`; `lock` and `seal` replace what was known when given."""

    state: str
    at: datetime
    lock: str | None = None
    seal: str | None = None
    service_point: str | None = None
    """Its number, when it is not the order's own (a cut at the wrong premise)."""


@dataclass(frozen=True, slots=True)
class RecordRead:
    """The dials of `serial` showed `value`. `supersedes` names the read it replaces by its source."""

    serial: str
    value: int
    kind: str
    at: datetime
    flags: tuple[str, ...] = ()
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class RecordRegisterRead:
    """A register of `serial` besides its main one showed `value`."""

    serial: str
    register: str
    value: int
    kind: str
    at: datetime
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveMeter:
    """The installed meter came out with `final_read`; its new `status` is held, retired or in_van.

    The read itself comes as a `RecordRead` of kind `final` just before; `InstallMeter` is followed by one
    of kind `start`.
    """

    serial: str
    final_read: int
    at: datetime
    status: str = "held"


@dataclass(frozen=True, slots=True)
class InstallMeter:
    """A meter went in with `start_read`; refused at the database when it is installed elsewhere."""

    serial: str
    start_read: int
    at: datetime
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A journal entry: each line debits one ledger account and credits another, in positive cents.

    `purpose` with the source event is unique. A ledger account that has a party (AR, DEP: account
    number; CASH-T: technician id) takes it from the order and event.
    """

    purpose: str
    message: Message
    lines: tuple[tuple[str, str, int], ...]
    """(debit ledger, credit ledger, cents)."""
    account: str | None = None
    """Of a payment: the account it is for, when that is not the order's."""


@dataclass(frozen=True, slots=True)
class Reverse:
    """The entry posted for (`source`, `purpose`) is reversed by a new one."""

    source: str
    purpose: str
    message: Message


@dataclass(frozen=True, slots=True)
class RaiseOrder:
    """A follow-on order, linked to this one, at the same service point unless `service_point` names another.

    Not raised again when the order already has an unfinished follow-on of that type and reason.
    `priority` 0 to 100 (emergency).
    """

    type: str
    reason: str
    message: Message
    priority: int = 50
    no_charge: bool = False
    due_hours: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    service_point: str | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """Take the order back from `technician`, who has it now, and say why."""

    technician: str
    reason: Message


@dataclass(frozen=True, slots=True)
class OpenException:
    """Something a human must decide. `blocking` True: the order waits in `exception`.

    `then` is carried out when the case is accepted (and, for `evidence_pending`, as soon as the missing
    photos are here); keep it in the case as `detail["then"] = [as_json(c) …]`.
    """

    code: str
    blocking: bool = True
    detail: dict[str, Any] = field(default_factory=dict)
    """Parameters of the message `case.<code>`, and the figures it rests on, as plain JSON."""
    then: tuple["Consequence", ...] = ()

    @property
    def message(self) -> Message:
        """What is to be decided."""
        return Message(f"case.{self.code}", self.detail)


@dataclass(frozen=True, slots=True)
class RecordMeterTest:
    """A finished meter test; `flows` as workorders.tables.MeterTest keeps them."""

    serial: str
    standard: str
    flows: tuple[dict[str, Any], ...]
    accuracy_percent: float
    verdict: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """A provisional protection (a medical claim at the door) that forbids a cut until it is decided."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class TagPosted:
    """The account's printed door tag hangs at the premise since `at`: from that day on it counts."""

    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterBackflow:
    """A backflow assembly was found at the service point; the one on record with that serial is brought up
    to date. `position` is (longitude, latitude) in degrees on WGS 84."""

    serial: str
    kind: str
    size: str
    at: datetime
    test_days: int
    """Days from the find to its next test."""
    make: str | None = None
    place: str | None = None
    """Where it is, in the technician's words."""
    position: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class MoveAgreement:
    """The visit began or ended the service agreement that waits for this order, by the read it took."""

    step: str
    """start | stop."""
    at: datetime


@dataclass(frozen=True, slots=True)
class UseCode:
    """A code that the office gave by telephone was entered: it is spent, and a release lets the cut go on."""

    code: int
    """The row of PhoneCode."""
    at: datetime


Consequence = (
    SetServicePoint
    | RecordRead
    | RecordRegisterRead
    | RemoveMeter
    | InstallMeter
    | Post
    | Reverse
    | RaiseOrder
    | Recall
    | OpenException
    | RecordMeterTest
    | PlaceHold
    | TagPosted
    | RegisterBackflow
    | MoveAgreement
    | UseCode
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one field event: the order's outcome, what follows, and what the technician reads.

    All `consequences` are carried out, in order, also beside a blocking exception: what must wait for a
    human is inside `OpenException.then`. `outcome` is what the order's outcome becomes, or an empty string
    when this event does not decide it (progress, a payment, a linked second visit).
    """

    outcome: str
    message: Message
    consequences: tuple[Consequence, ...] = ()
    command: Command | None = None
    """What the event does to the order's state (`lifecycle.after_fact`); None: nothing."""

    @property
    def exceptions(self) -> tuple[OpenException, ...]:
        """The parts a human must look at."""
        return tuple(c for c in self.consequences if isinstance(c, OpenException))


_CLASSES: dict[str, type[Any]] = {
    c.__name__: c
    for c in (
        SetServicePoint,
        RecordRead,
        RecordRegisterRead,
        RemoveMeter,
        InstallMeter,
        Post,
        Reverse,
        RaiseOrder,
        Recall,
        OpenException,
        RecordMeterTest,
        PlaceHold,
        TagPosted,
        RegisterBackflow,
        MoveAgreement,
        UseCode,
    )
}


def as_json(consequence: Consequence) -> dict[str, Any]:
    """The consequence as plain JSON, so that a case can keep what waits for its decision."""
    document: dict[str, Any] = {"do": type(consequence).__name__}
    for part in fields(consequence):
        value = getattr(consequence, part.name)
        if part.name == "then":
            value = [as_json(c) for c in value]
        elif isinstance(value, Message):
            value = value.as_json()
        elif isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = [list(v) if isinstance(v, tuple) else v for v in value]
        document[part.name] = value
    return document


def from_json(document: dict[str, Any]) -> Consequence:
    """What `as_json` wrote, as a consequence again. Raises KeyError for an unknown kind."""
    kind = _CLASSES[document["do"]]
    given: dict[str, Any] = {}
    for part in fields(kind):
        value = document[part.name]
        if part.name == "at":
            value = datetime.fromisoformat(value)
        elif part.name == "then":
            value = tuple(from_json(c) for c in value)
        elif part.type is Message:
            value = Message.from_json(value)
        elif isinstance(value, list):
            value = tuple(tuple(v) if isinstance(v, list) else v for v in value)
        given[part.name] = value
    consequence: Consequence = kind(**given)
    return consequence

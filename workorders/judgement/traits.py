"""What an order type is, said as traits: every other part of the program asks these, never for a type's name.

A type declares its traits in its file in `workorders/catalogue/`, as part of its descriptor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ServiceChange(StrEnum):
    """What an order does to the service of a service point, and why."""

    START = "start"
    """A customer moves in."""
    STOP = "stop"
    """A customer moves out."""
    CUT = "cut"
    """Disconnected for non-payment: a payment that satisfies the account cancels it."""
    RESTORE = "restore"
    """Brought back after a cut: what a payment, a release or a wrongful cut raises."""
    SET = "set"
    """A new service gets its first meter."""
    REMOVE = "remove"
    """The meter is taken away for good."""


TURNS_ON = frozenset({ServiceChange.START, ServiceChange.RESTORE, ServiceChange.SET})
TURNS_OFF = frozenset({ServiceChange.STOP, ServiceChange.CUT, ServiceChange.REMOVE})


class Whose(StrEnum):
    """The account of the other order, compared with the new one's."""

    SAME_ACCOUNT = "same_account"
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True)
class Meets:
    """An active order at the same service point: what it does there, and for whose account."""

    change: ServiceChange
    whose: Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a type is. Every default is the plain visit to a meter that changes nothing about the service."""

    service: ServiceChange | None = None
    """How it changes the service; None when it does not. One active order per service point may do so."""
    supersedes: tuple[Meets, ...] = ()
    """Active orders whose place a new one of this type takes."""
    stands_beside: tuple[Meets, ...] = ()
    """Active orders that stay when a new one of this type is raised; any other conflicts with it."""
    cuts: tuple[str, Any] | None = None
    """(field, answer) that says the service was cut for non-payment: it takes an authority, judged when the
    order is sent out, on the tablet at the moment of the cut, and again when the cut is reported."""
    pickups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Kinds of pickups (workorders.policy.pickups) that become an order of the type → its extra input."""
    answers_findings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Findings of read validation that an order of the type looks into → its extra input."""
    collects_payment: bool = False
    """The technician may take a payment at the door."""
    takes_meter_from_van: str | None = None
    """The extra field, a serial, of the meter to take along: the order takes one meter of the van's stock."""
    wants_read: bool = True
    """A field of its form means the read."""
    needs_meter: bool = True
    """A serial reported where none is installed is another meter, not a find."""
    serial_may_differ: bool = False
    """Finding another meter is what this type is for, not a mistake."""
    meter_at_start: bool | None = None
    """Whether a meter must be installed when the order is raised: True, it must; False, none may be."""
    posts_notice: bool = False
    """Doing it posts the door tag that was printed for the account: the tag's clock starts then."""
    skip_outcome: str | None = None
    """The outcome of a visit without a read; its rules ask how many in a row ended so."""
    holds_unless: str | None = None
    """A yes_no of the extra input: raised with anything but true, the order waits in `held`."""
    findings: tuple[str, ...] = ()
    """Codes of cases that a second visit reports too, although someone had already done the order."""

    @property
    def needs_authority(self) -> bool:
        """It may only be sent out with an authority to cut."""
        return self.cuts is not None

    @property
    def restores(self) -> bool:
        """It brings back service that was cut for non-payment."""
        return self.service is ServiceChange.RESTORE

    @property
    def active_per_service_point(self) -> bool:
        """A service point has one active order of such types, but for those that stand beside each other."""
        return self.service is not None


class Meeting(StrEnum):
    """What happens when an order that changes the service is raised while another is active there."""

    SUPERSEDES = "supersedes"
    BESIDE = "beside"
    REFUSED = "refused"


def meeting(new: Traits, active: Traits, *, same_account: bool) -> Meeting:
    """How a new order meets an active one at its service point; REFUSED is Problem `service_order_active`."""
    if active.service is None:
        return Meeting.BESIDE
    met = Meets(active.service, Whose.SAME_ACCOUNT if same_account else Whose.OTHER_ACCOUNT)
    if met in new.supersedes:
        return Meeting.SUPERSEDES
    return Meeting.BESIDE if met in new.stands_beside else Meeting.REFUSED

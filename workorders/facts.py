"""Facts as plain values: what the records say of an order, an account, a meter, and what an event states.

Every rule takes these; `judgement.situation.Situation` holds them together for one judgement. Money is in
integer cents (positive: the customer owes), instants are aware datetimes, positions are (longitude, latitude)
in degrees on WGS 84.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from workorders.messages.message import Message


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """One epoch of the order: who had it from when to when."""

    epoch: int
    technician: str
    assigned_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """A journal entry already posted for this order and not reversed."""

    source: str
    purpose: str
    lines: tuple[tuple[str, str, int], ...] = ()
    """(debit ledger, credit ledger, cents) when known; a rule that only reverses needs none."""


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A code that the office gave by telephone for one assignment of the order."""

    id: int
    code: str
    """Its letters, without hyphens."""
    kind: str
    """recall | release."""
    epoch: int
    technician: str
    given_at: datetime
    given_by: str
    expires_at: datetime
    """Of a release: until when it allows the cut."""
    used_at: datetime | None = None
    used_by: str | None = None
    """The field event that reported that it was entered."""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order as it is now, before the event under judgement changes it."""

    number: str
    type: str
    state: str
    epoch: int
    requested_at: datetime
    extra: Mapping[str, Any] = field(default_factory=dict)
    no_charge: bool = False
    technician: str | None = None
    """Who has it now."""
    assignments: tuple[AssignmentFacts, ...] = ()
    cancelled_at: datetime | None = None
    cancel_reason: Message | None = None
    cancel_seq: int | None = None
    outcome: str | None = None
    """Set by the first completion or unable that was judged."""
    completed_by: str | None = None
    """Event id of the completion (not an unable) already judged, if any."""
    finished_at: datetime | None = None
    follow_reason: str | None = None
    entries: tuple[EntryFacts, ...] = ()
    authority_expires_at: datetime | None = None
    """Until when a cut may rest on the authority given at dispatch; None: none was given."""
    codes: tuple[CodeFacts, ...] = ()
    """Release and recall codes that were given for it; asked of types that cut only."""


@dataclass(frozen=True, slots=True)
class OtherOrder:
    """Another order at the same service point that is not finished."""

    number: str
    change: str | None
    """How its type changes the service (`ServiceChange`); None when it does not."""
    state: str
    account: str | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ServicePointFacts:
    """The service point as the latest known fact left it."""

    number: str
    service: str
    size: str
    state: str
    """on | off | off_np | unmetered | inactive."""
    state_source: str | None = None
    """Source of the ServicePointEvent that made `state`; its read is the off-read."""
    lock: str | None = None
    seal: str | None = None
    position: tuple[float, float] | None = None
    medical: bool = False
    """The premise is flagged: someone depends on the service."""
    next_read_on: date | None = None
    """The scheduled read of the premise's billing cycle nearest to the day an order that ends service is for;
    None where no schedule has one, and for orders that end none."""
    skips: int = 0
    """Visits in a row, up to now, that ended without a read; asked of types that count them only."""
    other_orders: tuple[OtherOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A protection: medical | arrangement | dispute | bankruptcy | pledge | moratorium."""

    kind: str
    starts_on: date
    ends_on: date | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ForecastFacts:
    """What is forecast for a day, its low in °C, and since when the district knew it."""

    day: date
    known_from: datetime
    low_c: float
    heat_alert: bool = False
    """The weather service has issued, or announced, a heat-related alert for the day."""


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A collection notice that counts: past_due | second_past_due | final | door_tag.

    `amount_cents` is what avoids the cut.
    """

    id: int
    kind: str
    sent_on: date
    valid_until: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """Money that reached the account: at the office (`channel` counter, web, …) or in the field."""

    id: str
    """Payment id, or the receipt number of a field payment."""
    at: datetime
    """When the customer paid (received_at, or taken_at of a receipt), not when it was heard of."""
    cents: int
    channel: str
    order: str | None = None


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """What was posted to the account beside payments: positive, the customer owes more."""

    at: datetime
    """When it took effect."""
    cents: int
    due_at_once: bool = False
    """A fee, a correction, or a debt taken over: it has no due day to wait for."""
    due_on: date | None = None
    """The last day a bill is paid in time, as the bill says; None: the policy's days after it."""
    reference: str | None = None
    """The bill's number."""
    payment_back: bool = False
    """A payment that was taken back: what it had settled is open again, and as old as it was."""


@dataclass(frozen=True, slots=True)
class UngrantedReceipt:
    """A receipt number that was not granted to who used it, and who holds its block: None for nobody."""

    device: str | None = None
    technician: str | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account the order answers to."""

    number: str
    rate_class: str = "residential"
    tax_exempt: bool = False
    check_ban: bool = False
    balance_cents: int = 0
    """AR balance now; positive: owed to the district."""
    deposit_cents: int = 0
    """Deposit held (DEP), positive: held for the customer."""
    owed_since: date | None = None
    """Due day of the oldest unpaid charge; None when unknown (the oldest notice then counts)."""
    holds: tuple[HoldFacts, ...] = ()
    notices: tuple[NoticeFacts, ...] = ()
    payments: tuple[PaymentFacts, ...] = ()
    """Money credited to the account, door receipts included, since long before the order was raised."""
    charges: tuple[ChargeFacts, ...] = ()
    """Everything else posted to the account in that time."""
    known_since: date | None = None
    """The day from which on charges and payments are known; what is owed besides them is older."""
    restarted_on: date | None = None
    """Day a payment that had satisfied the account was taken back: only later notices carry a cut."""


REMOTE_TECHNICIAN = "ami_switch"
"""Whose events are answers of the AMI head-end: nobody was at the meter. No technician can get this id."""


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """A register that a meter has besides its main one."""

    code: str
    title: str
    """What the district calls it."""
    dials: int
    multiplier: int = 1
    unit: str = "units"
    counts: str = "adds"
    """adds | part | returned: how its usage stands to the main register's."""


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A meter by serial, as the records know it."""

    serial: str
    service: str
    size: str
    dials: int
    multiplier: int = 1
    unit: str = "gal"
    status: str = "in_stock"
    """in_stock | in_van | installed | held | retired."""
    van_technician: str | None = None
    installed_at: str | None = None
    """Number of the service point where it is installed now."""
    endpoint: str | None = None
    registers: tuple[RegisterFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """A read on record that no other read supersedes."""

    serial: str
    at: datetime
    value: int
    kind: str
    """start | actual | estimated | special | final."""
    source: str
    billed: bool = False
    flags: tuple[str, ...] = ()
    """As kept with the read; `not_billable` marks one that history must not rest on."""

    @property
    def measured(self) -> bool:
        """The dials really showed it, and it was believed."""
        return self.kind != "estimated" and "not_billable" not in self.flags


@dataclass(frozen=True, slots=True)
class EventFacts:
    """A field event as `sync.pipeline.ingest` understood it; `body` is kept as the tablet wrote it."""

    id: str
    kind: str
    """completed | unable | payment | receipt_void | cancel_seen | backed_out | acknowledged | …"""
    occurred_at: datetime
    """By the district's clock, between the last contact and the receipt (workorders.judgement.clock)."""
    technician: str
    body: Mapping[str, Any]
    epoch: int | None = None
    seen_seq: int | None = None
    rule_set: int | None = None
    skills: tuple[str, ...] = ()
    """What the technician may do."""
    position: tuple[float, float] | None = None
    accuracy_m: float | None = None
    attachments: frozenset[str] = frozenset()
    """Names of the attachments whose bytes are here."""
    clock_shift: timedelta = timedelta(0)
    """From the tablet's clock to the district's, for other times that the tablet wrote with this event."""
    previous_receipt_hash: str | None = None
    """Payments: the hash of the device's receipt before this one, None when it is the first of its block."""
    ungranted_receipt: UngrantedReceipt | None = None
    """Payments: whose block the receipt's number lies in, when it was not granted to this profile."""

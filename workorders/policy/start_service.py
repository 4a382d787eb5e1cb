"""Starting and stopping service: what must be paid first, and whether anybody must drive there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from workorders.facts import AccountFacts
from workorders.policy.fees import price
from workorders.policy.rulebook import RulesInForce

SETTING = "start_service"
CREDIT_CLASSES = ("unknown", "good", "poor")
ANY = "*"


CONSTRUCTION = "construction_meter"
"""The dated setting of temporary meters."""


@dataclass(frozen=True, slots=True)
class ConstructionMeters:
    """The rule `construction_meter`; its defaults hold where a district has published none."""

    deposit_cents: int = 0
    fee: str | None = None
    """Code of the fee that set and removal cost together, billed with the application; None: nothing."""
    longest_days: int = 365
    """A temporary meter stays no longer without a new word."""


@dataclass(frozen=True, slots=True)
class DepositRow:
    """One line of the deposit schedule; `*` fits anything. The first line that fits counts."""

    service: str
    rate_class: str
    credit_class: str
    cents: int


@dataclass(frozen=True, slots=True)
class StartService:
    """The rule `start_service`; its defaults hold where a district has published none."""

    application_fee: str | None = None
    """Code of the fee that an application costs; None: nothing."""
    require_past_due: bool = True
    """What the customer owes past due, on any account of their own, is paid before service starts."""
    read_serves_days: int = 3
    """A measured read this many days from the start or stop serves it; nobody drives there."""
    no_visit_services: tuple[str, ...] = ()
    """Services without a meter: they start and stop on their day."""
    deposits: tuple[DepositRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something to be paid before service starts."""

    kind: str
    """fee | deposit | past_due."""
    cents: int
    code: str = ""
    """Of a fee: its code."""
    title: str = ""
    """Of a fee: what the schedule calls it."""
    service: str = ""
    """Of a deposit: the service it is for."""
    account: str = ""
    """Of a past-due debt: the customer's own account that owes it."""
    tax_cents: int = 0

    @property
    def total_cents(self) -> int:
        """With its tax."""
        return self.cents + self.tax_cents

    def as_json(self) -> dict[str, Any]:
        """As the application keeps it."""
        return asdict(self)


def start_service_of(rules: RulesInForce) -> StartService:
    """The policy in force on the day of `rules`."""
    given = dict(rules.setting(SETTING))
    given["deposits"] = tuple(DepositRow(**row) for row in given.get("deposits", ()))
    given["no_visit_services"] = tuple(given.get("no_visit_services", ()))
    return StartService(**given)


def construction_of(rules: RulesInForce) -> ConstructionMeters:
    """The policy of temporary meters in force on the day of `rules`."""
    return ConstructionMeters(**rules.setting(CONSTRUCTION))


def required_of_construction(
    policy: ConstructionMeters, rules: RulesInForce, account: AccountFacts
) -> tuple[Requirement, ...]:
    """What must be paid before a temporary meter is set: its fee and the deposit for the meter."""
    made: list[Requirement] = []
    fee = rules.fees.get(policy.fee or "")
    if fee is not None:
        charge = price(fee, rules, account, service=None, no_charge=False)
        if charge.total_cents:
            tax = charge.tax_cents
            made.append(Requirement("fee", charge.cents, code=charge.code, title=charge.title, tax_cents=tax))
    if policy.deposit_cents:
        made.append(Requirement("deposit", policy.deposit_cents, service="water"))
    return tuple(made)


def deposit_for(policy: StartService, *, service: str, rate_class: str, credit_class: str) -> int:
    """Cents of deposit that the schedule asks for; 0 where no line fits."""
    for row in policy.deposits:
        wanted = ((row.service, service), (row.rate_class, rate_class), (row.credit_class, credit_class))
        if all(said in (ANY, is_) for said, is_ in wanted):
            return row.cents
    return 0


def required(
    policy: StartService,
    rules: RulesInForce,
    account: AccountFacts,
    *,
    services: Iterable[str],
    credit_class: str,
    past_due: Sequence[tuple[str, int]],
) -> tuple[Requirement, ...]:
    """What must be paid before these services start.

    A deposit that the account has with the district already counts towards the new one. `past_due`: the
    customer's own accounts with the cents they owe past due; the debt of whoever lived there is not theirs.
    """
    made: list[Requirement] = []
    fee = rules.fees.get(policy.application_fee or "")
    if fee is not None:
        charge = price(fee, rules, account, service=None, no_charge=False)
        if charge.total_cents:
            made.append(
                Requirement(
                    "fee", charge.cents, code=charge.code, title=charge.title, tax_cents=charge.tax_cents
                )
            )
    held = max(account.deposit_cents, 0)
    for service in services:
        asked = deposit_for(policy, service=service, rate_class=account.rate_class, credit_class=credit_class)
        counted = min(held, asked)
        held -= counted
        if asked > counted:
            made.append(Requirement("deposit", asked - counted, service=service))
    if policy.require_past_due:
        made.extend(Requirement("past_due", cents, account=number) for number, cents in past_due if cents > 0)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the customer's accounts now: its balance, and what was paid to it since the application."""

    balance_cents: int
    paid_cents: int = 0
    needed_cents: int = 0
    """What is past due on it by the policy of the day."""


def outstanding(wanted: Iterable[Requirement], applying: str, standings: dict[str, Standing]) -> int:
    """Cents still to be paid before service starts.

    What is paid to the account that applies settles what the application requires first. A debt on another
    account of the customer is settled there; what has been paid or taken back of it since counts.
    """
    here = sum(one.total_cents for one in wanted if one.kind != "past_due" or one.account == applying)
    own = standings[applying]
    left = max(min(here - own.paid_cents, own.balance_cents), 0)
    for one in wanted:
        if one.kind == "past_due" and one.account != applying:
            left += min(one.cents, standings[one.account].needed_cents)
    return left


class Start(StrEnum):
    """How an agreement begins."""

    VISIT = "visit"
    """An order turns the service on, or takes the read where it may be on already."""
    WITH_STOP = "with_stop"
    """The visit that takes the leaving customer's final read serves both."""
    READ = "read"
    """A read on record serves; nobody drives there."""
    NO_VISIT = "no_visit"
    """A service without a meter."""
    REVERSION = "reversion"
    """By a landlord's standing agreement, when a tenant's ends."""


class Stop(StrEnum):
    """How an agreement ends."""

    VISIT = "visit"
    """An order turns the service off."""
    LEFT_ON = "left_on"
    """A visit takes the final read and leaves the service on for whoever is next."""
    READ = "read"
    """A read on record serves; nobody drives there."""
    SUCCESSOR = "successor"
    """The next customer's turn_on reads the meter."""
    NO_VISIT = "no_visit"
    TAKEN_AWAY = "taken_away"
    """An order takes a construction meter away."""


@dataclass(frozen=True, slots=True)
class PointNow:
    """A service point as the decision about a start or a stop sees it."""

    service: str
    state: str
    cut_in_field: bool = False
    """A disconnect for non-payment is on a tablet: the service may be off by now."""
    served: bool = False
    """Somebody else's agreement answers for it."""
    leaves_on: date | None = None
    """The day on which that customer asked to stop."""
    read_on: date | None = None
    """Day of the newest measured read of the installed meter."""


def how_to_start(point: PointNow, policy: StartService, start_on: date, today: date) -> Start:
    """How service begins at the point: the least that must be done there."""
    if point.service in policy.no_visit_services:
        return Start.NO_VISIT
    leaves_before = point.leaves_on is not None and point.leaves_on < start_on
    if point.state != "on" or point.cut_in_field or leaves_before:
        return Start.VISIT
    if _serves(point, policy, start_on, today):
        return Start.READ
    return Start.WITH_STOP if point.served else Start.VISIT


def how_to_stop(point: PointNow, policy: StartService, stop_on: date, today: date, *, leave_on: bool) -> Stop:
    """How service ends at the point. `leave_on`: a successor or landlord takes over, or it was asked for."""
    if point.service in policy.no_visit_services:
        return Stop.NO_VISIT
    if point.state in {"off", "off_np"} and not point.cut_in_field:
        return Stop.READ
    if leave_on and not point.cut_in_field:
        return Stop.READ if _serves(point, policy, stop_on, today) else Stop.LEFT_ON
    return Stop.VISIT


def _serves(point: PointNow, policy: StartService, day: date, today: date) -> bool:
    """A read that was taken about that day; of a day to come nobody knows yet."""
    return (
        point.read_on is not None
        and day <= today
        and abs((point.read_on - day).days) <= policy.read_serves_days
    )

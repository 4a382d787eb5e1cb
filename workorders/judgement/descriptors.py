"""What an order type is: one descriptor drives the tablet's form, server checks, postings and docs.

A file in `workorders/catalogue/` holds one `ORDER_TYPE`. `check_order_type` refuses a descriptor that could
not be worked, and the catalogue makes of it, at import, Problem `malformed_descriptor` naming the file.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workorders.judgement.traits import ServiceChange, Traits

if TYPE_CHECKING:
    from workorders.judgement.consequences import Judgement
    from workorders.judgement.visit import Visit


class FieldType(StrEnum):
    """How a field is asked for. The last three are for the office's extra input, never asked on a tablet."""

    TEXT = "text"
    NUMBER = "number"
    READ = "read"
    SERIAL = "serial"
    YES_NO = "yes_no"
    CHOICE = "choice"
    PHOTO = "photo"
    DATE = "date"
    FLOWS = "flows"
    CENTS = "cents"
    INSTANT = "instant"
    IDS = "ids"
    """A list of integers, e.g. notice ids."""


OFFICE_ONLY = frozenset({FieldType.CENTS, FieldType.INSTANT, FieldType.IDS})

MEANINGS = ("serial_seen", "read", "left", "seal", "lock")
"""Body keys of a completion that repeat an answer, so that every completion can be read the same way."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice, or one outcome, and its words.

    `needs` (field, answer), of an outcome: it is contradicted when that field was answered otherwise.
    """

    value: str
    title: str
    needs: tuple[str, Any] | None = None

    def as_document(self) -> dict[str, Any]:
        """The choice as the tablet gets it."""
        document: dict[str, Any] = {"value": self.value, "title": self.title}
        if self.needs is not None:
            document["needs"] = {"field": self.needs[0], "equals": self.needs[1]}
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `only_if` (field, value): asked only when that earlier field was answered so.

    `means` names the completion's common key that this answer repeats (`left` of a yes_no: yes is `on`).
    `min`, `max` in `unit`. `in_field`: an extra field whose value is sent to the tablet with the order; what
    is not declared so stays in the office.
    """

    name: str
    title: str
    type: FieldType
    required: bool = False
    help: str = ""
    section: str = ""
    choices: tuple[Choice, ...] = ()
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    only_if: tuple[str, Any] | None = None
    means: str | None = None
    in_field: bool = False

    def as_document(self) -> dict[str, Any]:
        """The field as `docs/documents.md` writes it; empty parts are left out."""
        document: dict[str, Any] = {"name": self.name, "title": self.title, "type": self.type.value}
        document["required"] = self.required
        if self.choices:
            document["choices"] = [c.as_document() for c in self.choices]
        if self.only_if is not None:
            document["only_if"] = {"field": self.only_if[0], "equals": self.only_if[1]}
        for key in ("help", "section", "unit", "min", "max", "means"):
            value = getattr(self, key)
            if value not in (None, ""):
                document[key] = value
        return document


@dataclass(frozen=True, slots=True)
class PostingRule:
    """For documentation and tests: a purpose, when it posts, and its lines `DR→CR` as (debit, credit)."""

    purpose: str
    when: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FollowOn:
    """A type this type may raise, when in words, and the reasons (`Order.follow_reason`) it raises it for."""

    type: str
    when: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """English texts of codes that only this type uses; the message catalogue's own texts come first."""

    outcomes: Mapping[str, str] = field(default_factory=dict)
    """Outcome that the rules may find, beyond those the technician chooses from → title."""
    cases: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Case code → title and sentence; `{…}` is filled from the case's detail."""
    follow_reasons: Mapping[str, str] = field(default_factory=dict)
    """Follow-on reason → title."""


@dataclass(frozen=True, slots=True)
class RemoteWay:
    """How the switch of a meter executes a type: the command, and the answers that its success stands for.

    Serial and read come with the head-end's answer; what only a person can see is not asked for.
    """

    command: str
    """connect | disconnect | read."""
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderType(Traits):
    """A type of field order. `minutes` is the planned time on site; `fees` codes it may charge."""

    code: str
    title: str
    about: str
    skills: tuple[str, ...]
    minutes: int
    fields: tuple[Field, ...]
    outcomes: tuple[Choice, ...]
    unable_reasons: tuple[str, ...]
    judge: Callable[["Visit"], "Judgement"]
    """The type's own rules; `judge_event` calls it for a `completed` event after the common checks."""
    extra: tuple[Field, ...] = ()
    """What the office must or may give when it raises the order (`Order.extra`)."""
    fees: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    """The extra checks in words, for the documentation."""
    postings: tuple[PostingRule, ...] = ()
    follow_ons: tuple[FollowOn, ...] = ()
    texts: Texts = Texts()
    fees_by_finding: tuple[str, ...] = ()
    """Those of `fees` that depend on what is found: never charged before the visit."""
    fee_needs_photo: tuple[tuple[str, str], ...] = ()
    """(journal purpose, photo field): that posting waits until the photo is here."""
    remote: RemoteWay | None = None
    """None: only somebody before the meter can do it."""
    door_checks: tuple[str, ...] = ()
    """What the technician makes sure of at the door before the work, in words."""

    def for_field(self, extra: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of the extra input that the technician works with; nothing else leaves the office."""
        sent = ((f.name, extra.get(f.name)) for f in self.extra if f.in_field)
        return {name: value for name, value in sent if value is not None}

    def as_document(self) -> dict[str, Any]:
        """The descriptor as the tablet gets it in `ref:catalogue` (docs/documents.md)."""
        return {
            "code": self.code,
            "title": self.title,
            "skills": list(self.skills),
            "minutes": self.minutes,
            "wants_read": self.wants_read,
            "extra": [f.as_document() for f in self.extra if f.in_field],
            "fields": [f.as_document() for f in self.fields],
            "unable_reasons": list(self.unable_reasons),
            "outcomes": [c.as_document() for c in self.outcomes],
            "collects_payment": self.collects_payment,
            "cuts": {"field": self.cuts[0], "equals": self.cuts[1]} if self.cuts else None,
            "door_checks": list(self.door_checks),
            "pickups": sorted(self.pickups),
        }

    def field(self, name: str) -> Field:
        """The completion field `name`; raises KeyError when there is none."""
        return next(f for f in self.fields if f.name == name)

    def follow_on(self, reason: str) -> str | None:
        """The code of the type that this type raises for `reason`; None when it raises none."""
        return next((f.type for f in self.follow_ons if reason in f.reasons), None)


NAME = re.compile(r"\A[a-z][a-z0-9_]{1,38}\Z")


def check_order_type(order_type: OrderType, unable_reasons: Collection[str]) -> None:
    """Raise ValueError with the reason when the descriptor could not be worked as it stands.

    `unable_reasons` are those that have a rule (`workorders.judgement.unable`).
    """
    ot = order_type
    _require(bool(NAME.match(ot.code)), f"code “{ot.code}” is not lower case letters, digits and _")
    _require(bool(ot.title and ot.about), "title and about are said in words")
    _require(1 <= ot.minutes <= 480, f"{ot.minutes} minutes is no planned time")
    _require(bool(ot.outcomes), "there is at least one outcome")
    _distinct([c.value for c in ot.outcomes], "outcome")
    _distinct([f.name for f in ot.fields], "field")
    _distinct([f.name for f in ot.extra], "extra field")
    _distinct([f.means for f in ot.fields if f.means], "meaning")
    strange = sorted(set(ot.unable_reasons) - set(unable_reasons))
    _require(not strange, f"there is no unable reason {', '.join(strange)}")
    for f in (*ot.fields, *ot.extra):
        _check_field(f)
    for f in ot.fields:
        _require(f.type not in OFFICE_ONLY, f"field {f.name}: a tablet cannot ask for {f.type.value}")
        _require(not f.in_field, f"field {f.name}: only extra input is sent along")
    _check_conditions(ot.fields)
    for f in ot.extra:
        unreadable = f.in_field and f.type is FieldType.IDS
        _require(not unreadable, f"extra field {f.name}: a technician cannot read ids")
    asked = {f.name for f in ot.fields}
    _require(ot.cuts is None or ot.cuts[0] in asked, f"cuts names {ot.cuts}, which is not a field")
    unlisted = sorted(set(ot.fees_by_finding) - set(ot.fees))
    _require(not unlisted, f"fees_by_finding names {', '.join(unlisted)}, which is no fee of the type")
    for outcome in ot.outcomes:
        known = outcome.needs is None or outcome.needs[0] in asked
        _require(known, f"outcome {outcome.value} needs {outcome.needs}, which is not a field")
    _require(
        ot.needs_authority == (ot.service is ServiceChange.CUT), "a cut of the service has its answer in cuts"
    )
    _require(not ot.restores or ot.holds_unless is not None, "what restores service is held until it is paid")
    known_outcomes = {c.value for c in ot.outcomes}
    _require(ot.skip_outcome in {None, *known_outcomes}, f"the outcome {ot.skip_outcome} is not declared")
    strange = sorted(set(ot.remote.answers) - asked) if ot.remote is not None else []
    _require(not strange, f"remote answers {', '.join(strange)}, which is no field")
    serials = {f.name for f in ot.extra if f.type is FieldType.SERIAL}
    taken = ot.takes_meter_from_van
    _require(taken is None or taken in serials, f"the meter from the van is {taken}, no serial in extra")
    _distinct([r for f in ot.follow_ons for r in f.reasons], "follow-on reason")
    photos = {f.name for f in ot.fields if f.type is FieldType.PHOTO}
    for purpose, photo in ot.fee_needs_photo:
        _require(photo in photos, f"{purpose} needs the photo {photo}, which is not a field")
    gates = {f.name for f in ot.extra if f.type is FieldType.YES_NO}
    _require(ot.holds_unless is None or ot.holds_unless in gates, f"no yes_no {ot.holds_unless} in extra")
    reads = any(f.means == "read" for f in ot.fields)
    _require(reads == ot.wants_read, "wants_read says whether a field means the read")


def _check_field(f: Field) -> None:
    _require(bool(NAME.match(f.name)), f"field name “{f.name}” is not lower case letters, digits and _")
    _require(bool(f.title), f"field {f.name} has no title")
    _require(bool(f.choices) == (f.type is FieldType.CHOICE), f"field {f.name}: choices belong to a choice")
    _distinct([c.value for c in f.choices], f"choice of {f.name}")
    _require(
        f.means is None or f.means in MEANINGS, f"field {f.name} means “{f.means}”, which is no common key"
    )
    _require(f.means != "left" or f.type is FieldType.YES_NO, f"field {f.name}: left is asked as yes or no")
    if f.min is not None and f.max is not None:
        _require(f.min <= f.max, f"field {f.name}: min is above max")


def _check_conditions(asked: tuple[Field, ...]) -> None:
    earlier: dict[str, Field] = {}
    for f in asked:
        if f.only_if is not None:
            name, value = f.only_if
            other = earlier.get(name)
            if other is None:
                raise ValueError(f"field {f.name} depends on {name}, which is not asked before it")
            values: set[Any] = {c.value for c in other.choices} or {True, False}
            _require(value in values, f"field {f.name} depends on {name} being {value!r}, which it cannot be")
        earlier[f.name] = f


def _distinct(names: list[str], what: str) -> None:
    twice = sorted({n for n in names if names.count(n) > 1})
    _require(not twice, f"{what} {', '.join(twice)} is there twice")


def _require(true: bool, reason: str) -> None:
    if not true:
        raise ValueError(reason)

"""What an order type is: one descriptor drives the tablet's form, server checks, postings and docs.

A file in `workorders/catalogue/` holds one `ORDER_TYPE`. `OrderType.check` refuses a descriptor that
could not be worked, at import, with Problem `malformed_descriptor`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workorders.consequences import Judgement
    from workorders.visit import Visit


class FieldType(StrEnum):
    """How a field is asked for. The last four are for the office's extra input, never on a tablet."""

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
    RECORD = "record"
    """A plain JSON object the office attaches, shown to the technician as it is."""


OFFICE_ONLY = frozenset({FieldType.CENTS, FieldType.INSTANT, FieldType.IDS, FieldType.RECORD})

MEANINGS = ("serial_seen", "read", "left", "seal", "lock")
"""Body keys of a completion that repeat an answer, so that every completion can be read the same way."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice, or one outcome, and its words."""

    value: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `only_if` (field, value): asked only when that earlier field was answered so.

    `means` names the completion's common key that this answer repeats (`left` of a yes_no: yes is `on`).
    `min`, `max` in `unit`.
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

    def as_document(self) -> dict[str, Any]:
        """The field as `docs/documents.md` writes it; empty parts are left out."""
        document: dict[str, Any] = {"name": self.name, "title": self.title, "type": self.type.value}
        document["required"] = self.required
        if self.choices:
            document["choices"] = [{"value": c.value, "title": c.title} for c in self.choices]
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
    """For documentation and tests: a type this type may raise, and when."""

    type: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderType:
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
    """The type's own rules; `completion.judge` calls it for a `completed` event after the common checks."""
    extra: tuple[Field, ...] = ()
    """What the office must or may give when it raises the order (`Order.extra`)."""
    fees: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    """The extra checks in words, for the documentation."""
    postings: tuple[PostingRule, ...] = ()
    follow_ons: tuple[FollowOn, ...] = ()
    wants_read: bool = True
    collects_payment: bool = False
    changes_service: bool = False
    """It turns service on or off: one active order of such types per service point."""
    needs_meter: bool = True
    pickup: bool = False
    """A technician may raise one in the field."""

    def as_document(self) -> dict[str, Any]:
        """The descriptor as the tablet gets it in `ref:catalogue` (docs/documents.md)."""
        return {
            "code": self.code,
            "title": self.title,
            "skills": list(self.skills),
            "minutes": self.minutes,
            "wants_read": self.wants_read,
            "fields": [f.as_document() for f in self.fields],
            "unable_reasons": list(self.unable_reasons),
            "outcomes": [{"value": c.value, "title": c.title} for c in self.outcomes],
            "collects_payment": self.collects_payment,
        }

    def field(self, name: str) -> Field:
        """The completion field `name`; raises KeyError when there is none."""
        return next(f for f in self.fields if f.name == name)


NAME = re.compile(r"^[a-z][a-z0-9_]{1,38}$")

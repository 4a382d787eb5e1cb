"""What the program says, as it is stored and as it travels: a code and typed parameters, never a sentence.

A code is `kind.name`: `case.receipt_large`, `ack.posted`, `entry.payment`, `reason.paid` … Its text stands
in each language's catalogue (workorders.messages.words says it to a viewer). `text` is what a person typed,
or what was written in full before messages had codes: it reads the same in every language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

TEXT = "text"
"""Code of words that are data: `params["text"]` is shown as it is."""


@dataclass(frozen=True, slots=True)
class Message:
    """A code with parameters by name, as plain JSON.

    Cents, metres, percent and counts are numbers; instants and days ISO 8601 text; people, orders, accounts
    and meters their ids; a message inside a message is what `as_json` makes of it. The code's text says how
    each is shown.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, **params: Any) -> Self:
        """A message whose parameters may also be datetimes, dates, and messages, alone or in lists."""
        return cls(code, {name: plain(value) for name, value in params.items()})

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """What `as_json` wrote. Bare text, as was stored before messages had codes, is a `text`."""
        if isinstance(stored, Mapping) and isinstance(stored.get("code"), str):
            params = stored.get("params")
            return cls(stored["code"], dict(params) if isinstance(params, Mapping) else {})
        return cls(TEXT, {"text": str(stored or "")})

    def as_json(self) -> dict[str, Any]:
        """`{"code", "params"}`."""
        return {"code": self.code, "params": dict(self.params)}


def typed(text: str) -> Message:
    """A person's own words."""
    return Message(TEXT, {"text": text})


def plain(value: Any) -> Any:
    """A parameter as plain JSON."""
    if isinstance(value, Message):
        return value.as_json()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return [plain(one) for one in value]
    return value

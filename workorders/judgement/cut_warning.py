"""What a tablet warned its technician of at the moment of a cut, as the completion carries it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from workorders.grammar.texts import UNPRINTABLE
from workorders.messages.message import Message

WARNINGS = (
    "cancelled",
    "recalled",
    "no_authority",
    "authority_expired",
    "day_not_allowed",
    "past_latest_hour",
)
"""Why a tablet advised against the cut, as `body.cut.told` names it (docs/documents.md)."""
REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class CutWarning:
    """The warnings shown, and why the technician cut nevertheless. Empty when nothing usable was written."""

    told: tuple[str, ...] = ()
    reason: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read from a completion's body; a tablet may have written anything there, and nothing is refused."""
        cut = body.get("cut")
        if not isinstance(cut, Mapping):
            return cls()
        told, reason = cut.get("told"), cut.get("reason")
        known = tuple(code for code in WARNINGS if isinstance(told, list) and code in told)
        return cls(known, _words(reason))

    @property
    def message(self) -> Message:
        """What a supervisor reads of it."""
        if not self.told:
            return Message("cut.not_warned")
        return Message.of("cut.warned", reason=self.reason) if self.reason else Message("cut.warned_bare")


def _words(given: object) -> str | None:
    if not isinstance(given, str) or not given.strip() or UNPRINTABLE.search(given):
        return None
    return given.strip()[:REASON_MAX]

"""One visit to a service point, prepared for an order type's own rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from workorders.rulebook import RulesInForce
from workorders.situation import EventFacts, Situation


@dataclass(frozen=True, slots=True)
class Visit:
    """A `completed` event with its answers checked and the rules of its day at hand."""

    situation: Situation
    event: EventFacts
    answers: Mapping[str, Any]
    """Answers that passed their field's check; absent when missing or unusable."""
    rules: RulesInForce
    """In force on the local day of the visit."""

    @property
    def at(self) -> datetime:
        """When it was done in the field (clamped)."""
        return self.event.occurred_at

    @property
    def day(self) -> date:
        """The district's calendar day of the visit."""
        return self.rules.day

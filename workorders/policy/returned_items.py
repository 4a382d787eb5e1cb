"""What a returned check or payment costs, and when checks are no longer taken. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workorders.policy.rulebook import RulesInForce

SETTING = "returned_item"
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class ReturnedItems:
    """The rule `returned_item`; without one nothing is charged and nobody is banned."""

    fee_code: str | None = None
    """Fee of the schedule charged for a returned item; None: none."""
    ban_after: int | None = None
    """This many returned items within `ban_months` and the account's checks are refused; None: never."""
    ban_months: int = 12

    def counts_since(self, now: datetime) -> datetime:
        """Returned items before this instant are forgotten."""
        return now - timedelta(days=self.ban_months * DAYS_A_MONTH)

    def bans(self, returned: int) -> bool:
        """So many returned items, the newest included, end the taking of checks."""
        return self.ban_after is not None and returned >= self.ban_after


def returned_items_of(rules: RulesInForce) -> ReturnedItems:
    """The policy in force on the day of `rules`."""
    return ReturnedItems(**rules.setting(SETTING))

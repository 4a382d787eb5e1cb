"""What a technician may raise in the field, and what of it needs no decision. Pure.

The dated setting `pickups` names the kinds that dispatch themselves; without it the office decides all.
"""

from workorders.policy.rule_fields import PICKUP_KINDS
from workorders.policy.rulebook import RulesInForce

SETTING = "pickups"
KINDS = PICKUP_KINDS
REQUEST = "request"
"""The kind that says by itself which type of order is asked for."""
URGENT = 90
_PRIORITY = {"tampering": 60, "leak": 70, "wrong_meter": 55, REQUEST: 50}


def dispatches_itself(kind: str, rules: RulesInForce) -> bool:
    """Whether a pickup of that kind goes to who raised it without a decision of the office."""
    return kind in rules.setting(SETTING).get("dispatch_themselves", ())


def priority_of(kind: str, *, urgent: bool) -> int:
    """Priority (0 to 100) of the order that a pickup becomes."""
    return URGENT if urgent else _PRIORITY[kind]

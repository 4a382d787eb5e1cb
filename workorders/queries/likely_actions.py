"""The likely actions of an account, from what its page has read already."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from workorders.catalogue import CATALOGUE
from workorders.facts import AccountFacts
from workorders.policy.fees import preview, price
from workorders.policy.likely_actions import (
    LikelyAction,
    OrderOffer,
    ServedPoint,
    actions_at,
    actions_of_account,
)
from workorders.policy.start_service import deposit_for, start_service_of
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import Account

OFFERED_SERVICE = "water"
"""Service whose deposit a move is shown with before the place is known."""


def likely_actions(
    session: Session,
    account: Account,
    points: Sequence[tuple[ServedPoint, str]],
    *,
    balance_cents: int,
    deposit_cents: int,
    owed_cents: int,
    now: datetime,
) -> dict[str | None, tuple[LikelyAction, ...]]:
    """By service point number, and None for the account as a whole. `points`: each with its service."""
    rules = rule_book(session).in_force(district_of(session).day_of(now))
    facts = AccountFacts(
        account.number,
        rate_class=account.rate_class,
        tax_exempt=account.tax_exempt,
        balance_cents=balance_cents,
        deposit_cents=deposit_cents,
    )
    found: dict[str | None, tuple[LikelyAction, ...]] = {}
    for point, service in points:
        offers = [
            OrderOffer(
                code,
                known.title,
                sum(
                    charge.total_cents
                    for charge in preview(known.fees, rules, facts, service=service, no_charge=False)
                    if charge.code not in known.fees_by_finding
                ),
                needs_meter=known.wants_read and known.needs_meter,
                restores=known.restores,
            )
            for code, known in CATALOGUE.items()
            # No customer asks for a door tag; it is sent out from the batch that printed it.
            if known.restores
            or (known.service is None and known.takes_meter_from_van is None and not known.posts_notice)
        ]
        found[point.number] = actions_at(point, offers, owed_cents=owed_cents)
    policy = start_service_of(rules)
    fee = rules.fees.get(policy.application_fee or "")
    deposit = deposit_for(
        policy,
        service=points[0][1] if points else OFFERED_SERVICE,
        rate_class=account.rate_class,
        credit_class=account.customer.credit_class or "unknown",
    )
    found[None] = actions_of_account(
        balance_cents=balance_cents,
        fee_cents=price(fee, rules, facts, service=None, no_charge=False).total_cents if fee else 0,
        deposit_cents=max(deposit - max(deposit_cents, 0), 0),
        past_due_cents=owed_cents,
        points=[one for one, _ in points],
    )
    return found

"""A second person for payments above the district's limit: recorded at once, for it is a fact, and told."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.rulebook import OFFICE_REVIEW_CENTS
from workorders.service.cases import open_cases
from workorders.service.district import district_of
from workorders.service.rules_cache import rule_book
from workorders.tables import Payment
from workorders.verdict import case


def review_large(session: Session, payment: Payment, account: str, *, now: datetime) -> None:
    """Open a case for a payment above what the rules of the day let one person record alone."""
    policy = rule_book(session).in_force(district_of(session).day_of(now)).payment_policy()
    limit = policy.office_review_cents if policy is not None else OFFICE_REVIEW_CENTS
    if payment.amount_cents <= limit:
        return
    told = case("payment_large", payment=payment.id, account=account, cents=payment.amount_cents, limit=limit)
    open_cases(session, [told], source=f"payment:{payment.id}", order_number=None, now=now)

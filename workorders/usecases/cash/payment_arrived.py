"""The one way in for money that pays an account: office, API, command line, and receipts from the door."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from workorders.ledger import post
from workorders.messages.message import Message
from workorders.queries.lookups import lock_account
from workorders.tables import Account
from workorders.usecases.collections.reconsider import reconsider_account
from workorders.usecases.customers.approvals import reconsider_applications


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Money for an account, as the ledger keeps it."""

    source: str
    """`payment:<id>`, or the field event that brought a receipt."""
    cents: int
    paid_at: datetime
    """When the customer paid: it decides whether a cut came before or after."""
    message: Message
    """The entry's line on the account."""
    ledger: str = "UNDEP"
    """Where the money lies: UNDEP at the office, CASH-T with a technician, SUSP until it was assigned."""
    purpose: str = "payment"
    technician: str | None = None
    order_number: str | None = None
    why: Message
    """What the technician reads when the order in hand is called off."""


def payment_arrived(session: Session, account: Account, money: Money, *, now: datetime, actor: str) -> None:
    """Post the money to the account; its cuts, reconnects and applications follow from what is owed then.

    Raises sqlalchemy's IntegrityError when the source was posted before. Locks the account, then its orders.
    """
    lock_account(session, account.id)
    parties = {"account": account.number}
    if money.technician is not None:
        parties["technician"] = money.technician
    post(
        session,
        source=money.source,
        purpose=money.purpose,
        message=money.message,
        lines=[(money.ledger, "AR", money.cents)],
        parties=parties,
        effective_at=money.paid_at,
        now=now,
        order_number=money.order_number,
    )
    reconsider_account(
        session,
        account,
        reason=money.why,
        source=money.source,
        paid_at=money.paid_at,
        paid_on=money.order_number,
        now=now,
        actor=actor,
    )
    reconsider_applications(session, account, now=now, actor=actor)

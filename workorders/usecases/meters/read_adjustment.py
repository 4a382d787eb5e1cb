"""What the bill needs once a read is corrected: an adjustment of the account that was billed by it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.tables import Account
from workorders.usecases.customers.adjust import AdjustmentRequest, request_adjustment


def adjust_for_read(
    session: Session,
    account: Account | None,
    key: str,
    *,
    kind: str,
    amount_cents: int,
    reason: str,
    evidence: str,
    roles: Iterable[str],
    now: datetime,
    actor: str,
) -> None:
    """Ask for the adjustment `key`, a credit or a debit; `evidence` says what the read was and is.

    Raises Problem `bad_input` naming `adjust`, and those of `request_adjustment`.
    """
    if account is None:
        raise Problem("bad_input", field="adjust", reason="no account was served there then")
    if kind not in {"credit", "debit"}:
        raise Problem("bad_input", field="adjust", reason="credit or debit")
    asked = AdjustmentRequest(
        id=key,
        account_number=account.number,
        kind=kind,
        amount_cents=amount_cents,
        reason=reason,
        evidence=evidence,
    )
    request_adjustment(session, asked, roles=roles, now=now, actor=actor)

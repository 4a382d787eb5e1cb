"""Why a receipt number is missing, said once and kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from workorders.problems import Problem
from workorders.queries.receipt_numbers import is_missing
from workorders.tables import ReceiptExplanation
from workorders.usecases.cash.counting import needed_reason


def explain_receipt(
    session: Session, number: str, reason: str, *, now: datetime, actor: str
) -> ReceiptExplanation:
    """Explain a number of a block that has no receipt although later ones have.

    Raises Problem `not_found` for a number that is not missing, `number_explained`, and `bad_input`.
    """
    known = session.get(ReceiptExplanation, number)
    if known is not None:
        raise Problem("number_explained", number=number)
    if not is_missing(session, number):
        raise Problem("not_found", what="missing receipt number", key=number)
    row = ReceiptExplanation(
        number=number, reason=needed_reason(reason), explained_at=now, explained_by=actor[:80]
    )
    session.add(row)
    session.flush()
    return row

"""The rows of the exports about late fees and debts at an agency; as `export_rows` has the others."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.queries.export_rows import CHUNK, Row, utc_text
from workorders.tables import Account, AgencyEvent, LateFee


def late_fees(session: Session, after: int, until: int) -> Iterator[Row]:
    """Late fees that billing is to charge."""
    query = (
        select(LateFee, Account.number)
        .join(Account, Account.id == LateFee.account_id)
        .where(LateFee.id > after, LateFee.id <= until)
        .order_by(LateFee.id)
    )
    for fee, account in session.execute(query.execution_options(yield_per=CHUNK)):
        days = (fee.due_on.isoformat(), fee.on_day.isoformat())
        yield (fee.id, account, fee.bill_reference, *days, fee.past_due_cents, fee.fee_code, fee.amount_cents)


def agency(session: Session, after: int, until: int) -> Iterator[Row]:
    """Debts placed with an agency, changed there, or called back."""
    query = select(AgencyEvent).where(AgencyEvent.id > after, AgencyEvent.id <= until)
    for one in session.scalars(query.order_by(AgencyEvent.id).execution_options(yield_per=CHUNK)):
        yield (
            one.id,
            one.agency,
            one.kind,
            utc_text(one.at),
            one.account_number,
            one.customer_name,
            one.address,
            one.phone,
            one.email,
            one.amount_cents,
        )

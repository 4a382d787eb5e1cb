"""The release and recall codes of orders, as the office gave them and as tablets know them again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.orm import Session

from workorders.facts import CodeFacts
from workorders.policy.phone_codes import RECALL, RELEASE, CodeName, code_of, digest_of
from workorders.tables import CodeSecret, Order, PhoneCode

_numbers: BindParameter[Any] = bindparam("numbers", expanding=True)
_CODES = (
    select(PhoneCode, CodeSecret.secret)
    .join(
        CodeSecret,
        and_(CodeSecret.order_number == PhoneCode.order_number, CodeSecret.epoch == PhoneCode.epoch),
    )
    .where(PhoneCode.order_number.in_(_numbers))
    .order_by(PhoneCode.id)
    .execution_options(populate_existing=True)
)
_SECRETS = select(CodeSecret).where(CodeSecret.order_number.in_(_numbers))


def codes_given(session: Session, numbers: Sequence[str]) -> dict[str, list[CodeFacts]]:
    """The release and recall codes of orders, in the order in which they were given."""
    found: dict[str, list[CodeFacts]] = {}
    if not numbers:
        return found
    for row, secret in session.execute(_CODES, {"numbers": numbers}):
        facts = CodeFacts(
            row.id,
            code_given(row, secret),
            row.kind,
            row.epoch,
            row.technician_id,
            row.given_at,
            row.given_by,
            row.expires_at,
            row.used_at,
            row.used_by,
        )
        found.setdefault(row.order_number, []).append(facts)
    return found


def code_given(row: PhoneCode, secret: str) -> str:
    """The letters of a code that was given."""
    name = CodeName(row.order_number, row.epoch, row.kind, row.counter)
    return code_of(secret, name, row.expires_at if row.kind == RELEASE else row.given_at)


def order_of_code(session: Session, code: str) -> str | None:
    """The order that a code was given for; None when it was never given."""
    found = select(PhoneCode.order_number).where(PhoneCode.digest == digest_of(code))
    return session.scalar(found.order_by(PhoneCode.id).limit(1))


def was_reached(session: Session, order: Order) -> bool:
    """Whether a recall code was entered under the order's newest assignment."""
    mine = (PhoneCode.order_number == order.number, PhoneCode.epoch == order.epoch)
    entered = select(PhoneCode.id).where(*mine, PhoneCode.kind == RECALL, PhoneCode.used_at.is_not(None))
    return session.scalar(entered.limit(1)) is not None


def secrets_of(session: Session, numbers: Sequence[str]) -> Mapping[tuple[str, int], str]:
    """The secrets that the codes of orders are made of, by order and assignment."""
    if not numbers:
        return {}
    rows = session.scalars(_SECRETS, {"numbers": sorted(numbers)})
    return {(row.order_number, row.epoch): row.secret for row in rows}

"""Blocks of receipt numbers: a tablet numbers receipts without signal, and no two tablets share a number."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mobile_api.grants import Grant
from workorders.tables import ReceiptBlock
from workorders.usecases.history import count

COUNTER = "receipt_block"

FIRST, LAST = 1, 999_999
"""Numbers have six digits. One block outlasts any tablet, so none stands in the field without numbers."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def prefix_of(number: int) -> str:
    """The letters of the n-th block, from 0: AA, AB … ZZ, AAA. No I and O, which are read as digits."""
    letters = ""
    number += len(_LETTERS)
    while number >= 0:
        letters = _LETTERS[number % len(_LETTERS)] + letters
        number = number // len(_LETTERS) - 1
    return letters


def adopt_block(session: Session, grant: Grant, now: datetime) -> None:
    """Know again a block that was granted before the records were put back from a backup."""
    if session.scalar(select(ReceiptBlock.id).where(ReceiptBlock.prefix == grant.prefix)) is None:
        session.add(
            ReceiptBlock(
                device_id=grant.device,
                technician_id=grant.technician,
                prefix=grant.prefix,
                first=grant.first,
                last=grant.last,
                granted_at=now,
            )
        )
        session.flush()


def grant_block(session: Session, device_id: str, technician_id: str, now: datetime) -> ReceiptBlock:
    """Give the technician's profile on the device a block nobody had before."""
    # Two tablets may enrol at the same moment, also the first two of a district.
    prefix = prefix_of(count(session, COUNTER) - 1)
    block = ReceiptBlock(
        device_id=device_id,
        technician_id=technician_id,
        prefix=prefix,
        first=FIRST,
        last=LAST,
        granted_at=now,
    )
    session.add(block)
    session.flush()
    return block

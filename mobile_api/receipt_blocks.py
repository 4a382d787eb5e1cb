"""Blocks of receipt numbers: a tablet numbers receipts without signal, and no two tablets share a number."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.tables import Counter, ReceiptBlock

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


def grant_block(session: Session, device_id: str, now: datetime) -> ReceiptBlock:
    """Give the device a block nobody had before."""
    counter = session.scalar(select(Counter).where(Counter.name == COUNTER).with_for_update())
    if counter is None:
        counter = Counter(name=COUNTER, value=0)
        session.add(counter)
    block = ReceiptBlock(
        device_id=device_id, prefix=prefix_of(counter.value), first=FIRST, last=LAST, granted_at=now
    )
    counter.value += 1
    session.add(block)
    session.flush()
    return block

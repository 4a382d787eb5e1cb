"""Receipts given at the door: their numbers, and the hash chain that shows a missing or altered one. Pure.

A device numbers from its own block, `<prefix>-<six digits>`; each receipt's hash covers the one before, so a
receipt cannot be removed or changed afterwards without breaking the chain (docs/documents.md).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIRST_PREVIOUS = "0" * 64
"""`previous_hash` of the first receipt of a block."""

NUMBER = re.compile(r"\A(?P<prefix>[A-Z0-9]{1,12})-(?P<serial>[0-9]{6})\Z")

KEY_LENGTH = 40
"""Characters that `Receipt.number` holds."""

METHODS = ("cash", "check", "card_slip", "void")


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A receipt as the tablet wrote it; `taken_at` is the exact text that was hashed."""

    number: str
    account: str
    amount_cents: int
    method: str
    check_number: str | None
    taken_at: str
    previous_hash: str
    hash: str

    @classmethod
    def from_document(cls, receipt: Mapping[str, Any]) -> "ReceiptFacts":
        """From the `receipt` of a payment's body, already checked by its schema."""
        return cls(**{name: receipt.get(name) for name in cls.__slots__})  # type: ignore[arg-type]  # checked


def receipt_hash(
    previous_hash: str,
    number: str,
    *,
    account: str,
    amount_cents: int,
    method: str,
    check_number: str | None,
    taken_at: str,
) -> str:
    """SHA-256 (hex) of `previous_hash|number|account|amount_cents|method|check_number or empty|taken_at`."""
    text = "|".join((previous_hash, number, account, str(amount_cents), method, check_number or "", taken_at))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def format_number(prefix: str, serial: int) -> str:
    """The number a person reads, e.g. AB-000003. Raises ValueError when it would not parse again."""
    number = f"{prefix}-{serial:06d}"
    if NUMBER.match(number) is None:
        raise ValueError(f"not a receipt number: {number}")
    return number


def parse_number(number: str) -> tuple[str, int] | None:
    """(prefix, serial) of a receipt number, None when it is not one."""
    found = NUMBER.match(number)
    return (found["prefix"], int(found["serial"])) if found else None


def own_hash_is_right(receipt: ReceiptFacts) -> bool:
    """Whether the receipt's hash is that of its own contents."""
    return receipt.hash == receipt_hash(
        receipt.previous_hash,
        receipt.number,
        account=receipt.account,
        amount_cents=receipt.amount_cents,
        method=receipt.method,
        check_number=receipt.check_number,
        taken_at=receipt.taken_at,
    )


def follows(receipt: ReceiptFacts, previous_hash: str | None) -> bool:
    """Whether the receipt is whole and continues the chain; `previous_hash` None: it must be the first."""
    return own_hash_is_right(receipt) and receipt.previous_hash == (previous_hash or FIRST_PREVIOUS)


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """A block of receipt numbers as it was granted; `technician` None: to whoever works on the device."""

    device: str
    technician: str | None
    first: int
    last: int

    def grants(self, serial: int, device: str, technician: str) -> bool:
        """Whether this technician may give out the block's number `serial` on this device."""
        own = self.device == device and self.technician in (None, technician)
        return own and self.first <= serial <= self.last


def ungranted_key(number: str, device: str) -> str:
    """What a receipt with a number of somebody else's is kept under: the number stays free for them."""
    return f"{number}@{device}"[:KEY_LENGTH]

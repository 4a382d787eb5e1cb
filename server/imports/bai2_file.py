"""A bank statement in BAI2 as rows of the same columns as its CSV.

BAI2 is the “Cash Management Balance Reporting Specifications, Version 2”: records 01 and 99 enclose the file,
02 and 98 a group with its day, 03 and 49 an account, 16 is a transaction, 88 continues the record before it.
The totals and record counts of 49, 98 and 99 must agree, or the file is refused.
"""

from collections.abc import Iterator
from datetime import date

from bai2 import bai2
from bai2.constants import GroupStatus, TypeCodeTransaction
from bai2.exceptions import IntegrityException, NotSupportedYetException, ParsingException
from bai2.models import Bai2File, TransactionDetail

from server.imports.report import RowError
from server.imports.table import Row, Table, decode
from workorders.grammar.texts import LINE_MAX

DEPOSITS = frozenset({"173", "174", "175", "301", "366"})
"""Bank-prepared, other, check package, commercial, currency and coin: credits for a deposit slip. Lockbox
(115, 116) and ACH credits come in by other ways than a slip."""
CORRECTIONS = frozenset({"172", "694", "695"})
"""Deposit correction, deposit reversal, deposit correction debit."""
RETURNED = frozenset({"555", "566"})
"""Deposited item returned, return item."""
CODES = {"deposit": DEPOSITS, "correction": CORRECTIONS, "returned": RETURNED}
REFERENCE_MAX = 80
FAULTS = (
    IntegrityException,
    NotSupportedYetException,
    ParsingException,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RuntimeError,
    StopIteration,
)
"""What the reader raises for a damaged file: its own errors, and what a missing field or record leads to."""


def is_bai2(data: bytes) -> bool:
    """Whether the file begins with a file header of BAI2."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"01,")


def bai2_table(data: bytes) -> Table:
    """The transactions as rows, numbered by the line of their record 16; what is wrong becomes an error."""
    try:
        text = decode(data).lstrip("\ufeff")
    except UnicodeDecodeError:
        return Table(errors=[_fault(1, "the file is in no encoding that is known")])
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    numbers = [number for number, line in lines if line.startswith("16,")]
    codes = [line[:2] for _, line in lines if not line.startswith("88")]
    if codes.count("99") != 1 or codes[-1] != "99":
        # The reader never ends on a file that breaks off, and leaves out what follows a first file.
        return Table(
            errors=[_fault(lines[-1][0], "it is not a whole BAI2 file: it must end with one record 99")]
        )
    try:
        found = bai2.parse_from_lines(iter([line for _, line in lines]))
        return _table(found, iter(numbers))
    except FAULTS as error:
        return Table(errors=[_fault(lines[-1][0], f"it is not a whole BAI2 file: {error}")])


def _table(found: Bai2File, numbers: Iterator[int]) -> Table:
    table = Table()
    for group in found.children:
        if group.header.group_status not in {GroupStatus.update, GroupStatus.correction}:
            table.errors.append(_fault(2, "a group is a test or takes an earlier one back; ask the bank"))
        for account in group.children:
            currency = account.header.currency or group.header.currency
            for one in account.children:
                number = next(numbers)
                if currency != "USD":
                    table.errors.append(_fault(number, f"amounts in {currency} are not known here"))
                if one.amount:
                    cells = _cells(one, account.header.customer_account_number, group.header.as_of_date)
                    table.rows.append(Row(number, cells))
    return table


def _cells(one: TransactionDetail, account: str | None, day: date) -> dict[str, str]:
    debit = one.type_code.transaction == TypeCodeTransaction.debit
    code = one.type_code.code
    kind = next((kind for kind, codes in CODES.items() if code in codes), "other")
    cells = {
        "posted_on": day.isoformat(),
        "kind": kind,
        "amount": f"{'-' if debit else ''}{one.amount // 100}.{one.amount % 100:02d}",
        "bank_account": account,
        "reference": (one.customer_reference or "").strip()[:REFERENCE_MAX],
        "bank_reference": (one.bank_reference or "").strip()[:REFERENCE_MAX],
        # A text that ends its record with the delimiter keeps it no longer.
        "description": " ".join((one.text or "").rstrip("/").split())[:LINE_MAX],
    }
    return {name: cell for name, cell in cells.items() if cell}


def _fault(row: int, words: str) -> RowError:
    return RowError(row, "", "bad_input", words)

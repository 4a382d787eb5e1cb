"""The ledger's accounts: code, title, whose party a posting to it names.

A positive amount is a debit, a negative one a credit, so AR above zero is owed to the district and a
negative AR is a customer's credit. The sample codes come from the domain handbook.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One row of the chart. `party` says what a posting's party is: account, technician, office, expense
    (a code of the general ledger) or nothing.
    """

    code: str
    title: str
    party: str = ""


CHART: dict[str, LedgerAccount] = {
    row.code: row
    for row in (
        LedgerAccount("AR", "Customer receivable", "account"),
        LedgerAccount("CASH-T", "Cash in a technician's custody", "technician"),
        LedgerAccount("VAULT", "Cash in an office's vault", "office"),
        LedgerAccount("PETTY", "Petty cash of an office", "office"),
        LedgerAccount("EXPENSE", "Expenses paid in cash", "expense"),
        LedgerAccount("UNDEP", "Undeposited receipts"),
        LedgerAccount("BANK", "Bank"),
        LedgerAccount("DEP", "Customer deposits held", "account"),
        LedgerAccount("REFUND", "Refunds payable", "account"),
        LedgerAccount("SVC", "Service-fee revenue"),
        LedgerAccount("TAX", "Taxes on fees, to be paid over"),
        LedgerAccount("REV", "Water and energy revenue"),
        LedgerAccount("PLANT", "Meters in service"),
        LedgerAccount("STOCK", "Meters in stock"),
        LedgerAccount("SUSP", "Suspense"),
        LedgerAccount("PFEE", "Fees of payment processors"),
        LedgerAccount("OS", "Cash over and short"),
        LedgerAccount("BAD", "Bad debt written off"),
        LedgerAccount("OPEN", "Opening balance"),
    )
}


def party_of(ledger: str, parties: dict[str, str]) -> str:
    """The party that a posting to `ledger` carries, taken from `parties`.

    These are {"account": …, "technician": …, "office": …, "expense": …}. Raises ValueError when the ledger
    is not in the chart or its party is not given.
    """
    row = CHART.get(ledger)
    if row is None:
        raise ValueError(f"no ledger account {ledger}")
    if not row.party:
        return ""
    party = parties.get(row.party)
    if not party:
        raise ValueError(f"a posting to {ledger} needs its {row.party}")
    return party

"""What each way into and out of a vault posts. Pure; cents are positive."""

from workorders.policy.cash_control import Line

LINES: dict[str, tuple[str, str]] = {
    "from_bank": ("VAULT", "BANK"),
    "float": ("UNDEP", "VAULT"),
    "float_back": ("VAULT", "UNDEP"),
    "from_bag": ("VAULT", "UNDEP"),
    "to_bank": ("UNDEP", "VAULT"),
}
"""Kind → (debited, credited). A float lies in its drawer, with what is undeposited, until it comes back."""
ASKED = ("from_bank", "float", "from_bag", "to_bank")
"""What a person asks for; a float comes back by itself when a second person closes its drawer."""
OUT = ("float", "to_bank")
"""Kinds that need as much in the vault."""


def transfer_lines(kind: str, cents: int) -> list[Line]:
    """The line of a transfer."""
    debit, credit = LINES[kind]
    return [(debit, credit, cents)]

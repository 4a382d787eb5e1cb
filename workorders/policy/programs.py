"""Kinds of programs, flags and notes. Plain data."""

PROGRAMS = (
    "tax_exempt",
    "discount",
    "budget_plan",
    "autopay",
    "green_power",
    "deceased",
    "creditor_claim",
    "visit_notices",
)
PROTECTING = ("medical", "bankruptcy", "pledge")
"""Flags that are holds: what they forbid is decided in one place."""
EVIDENCE = frozenset({"tax_exempt", "deceased", "creditor_claim", "discount"})
"""Nobody is put on these without what proves it."""
NOTE_KINDS = ("note", "call_in", "call_out", "email", "letter", "visit")

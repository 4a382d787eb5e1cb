"""What the auditor finds wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be: which check found it, about what, in words."""

    check: str
    key: str
    words: str

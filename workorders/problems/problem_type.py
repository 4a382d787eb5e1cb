"""A row of the error catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the catalogue: HTTP status, a sentence with `{placeholders}`, and what to do."""

    status: int
    words: str
    advice: str

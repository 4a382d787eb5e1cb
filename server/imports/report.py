"""What an import found and did, as values that people and programs can read."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class RowError:
    """One thing wrong in a file.

    `row` counts as a spreadsheet does: the header is row 1. `column` is empty when the whole row is
    meant. `code` is a code of the problem catalogue; `words` say what is wrong.
    """

    row: int
    column: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of one file: what would be, or was, written (`counts` by table), or every error."""

    kind: str
    file: str
    rows: int
    dry_run: bool
    counts: dict[str, int]
    errors: tuple[RowError, ...] = ()
    notes: tuple[RowError, ...] = ()
    """What was read in a way that somebody should know of; it keeps nothing from being written."""
    run: int | None = None
    """Its number on the page of imports; None for a dry run."""

    @property
    def written(self) -> bool:
        """True when the rows are in the database."""
        return not self.errors and not self.dry_run

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON-ready values, errors in the order of the rows."""
        return {
            **asdict(self),
            "errors": [asdict(error) for error in self.errors],
            "notes": [asdict(note) for note in self.notes],
            "written": self.written,
        }

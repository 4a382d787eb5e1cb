"""Files that come in from other systems: meter reads, bills, lockbox payments, taken in by the importers."""

from collections.abc import Iterable, Mapping
from datetime import date

from demo.month.stage import Month
from server.imports import import_rows


def take_file(
    month: Month, kind: str, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]
) -> Mapping[str, int]:
    """Import rows as one CSV file; what was written by table. A file that is refused is counted as that."""
    lines = [",".join(columns), *(",".join(map(_cell, row)) for row in rows)]
    if len(lines) == 1:
        return {}
    name = f"{kind}-{month.today:%Y%m%d}.csv"
    data = ("\n".join(lines) + "\n").encode()
    report = import_rows(month.sessions, kind, name, data, now=month.now, zone=month.zone)
    for error in report.errors:
        month.refused[f"{kind} file: {error.code} {error.column} {error.words}"] += 1
    return report.counts


def amount(cents: int) -> str:
    """Cents as a file has them: 64.20."""
    return f"{cents // 100}.{cents % 100:02d}"


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)

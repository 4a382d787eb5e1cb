"""A whole file read at once, for tests that look at its rows and its faults together."""

from collections.abc import Iterable

from server.imports.table import Table, stream_table


def read_table(data: bytes, columns: Iterable[str], required: Iterable[str]) -> Table:
    """All rows and faults of the file."""
    table = Table()
    table.rows.extend(stream_table(data, columns, required, table.errors))
    return table

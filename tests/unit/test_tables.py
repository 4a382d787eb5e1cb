"""What holds of every table that the program declares."""

import pytest
from sqlalchemy import Table, UniqueConstraint

from workorders.tables import Base

FEW = {("fee", "rule_set"), ("rule", "rule_set")}
"""Tables of some dozen rows, which are read whole anyway."""


def led_by(table: Table) -> set[str]:
    """Columns by which an index of the table finds its rows."""
    unique = [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexed = [list(index.columns) for index in table.indexes]
    return {columns[0].name for columns in [list(table.primary_key.columns), *unique, *indexed] if columns}


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: str(table.name))
def test_each_foreign_key_is_followed_by_an_index(table: Table) -> None:
    """SQLite looks for children also when a parent is inserted; both engines do when one is taken away."""
    keys = {key.parent.name for key in table.foreign_keys}
    few = {column for name, column in FEW if name == table.name}
    assert keys - few - led_by(table) == set()

"""Reads of meters by file: as many as it has, each once, each where the meter was; all or nothing."""

import tracemalloc

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from server.imports import reads as importer
from server.imports.table import Row
from tests.integration.imports.conftest import METERS, PREMISES, Load
from workorders.tables import Read

READS = """\
serial,read_on,value,kind
CB-1,2025-12-05,98000,
CB-1,2026-01-05,100500,estimated
cb-3,2025-12-05,40,actual
"""


def _reads(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Read)) or 0


@pytest.fixture
def before(sessions: sessionmaker[Session], load: Load) -> int:
    """Premises and meters are there, with the reads of their own file."""
    load("premises", PREMISES)
    load("meters", METERS)
    return _reads(sessions)


def test_every_read_of_a_meter_arrives(sessions: sessionmaker[Session], load: Load, before: int) -> None:
    report = load("reads", READS.replace("cb-3", "CB-3"))
    assert (report.written, report.rows, report.counts) == (True, 3, {"reads": 3})
    with sessions() as session:
        kinds = session.execute(
            select(Read.value, Read.kind).where(Read.source.startswith("import:reads:")).order_by(Read.value)
        )
        assert [tuple(row) for row in kinds] == [(40, "actual"), (98_000, "actual"), (100_500, "estimated")]
    assert _reads(sessions) == before + 3


def test_a_read_comes_once_whichever_file_it_is_in(
    sessions: sessionmaker[Session], load: Load, before: int
) -> None:
    assert load("reads", "serial,read_on,value\nCB-1,2025-12-05,98000").written
    again = load("reads", "serial,read_on,value\nCB-3,2025-12-05,40\nCB-1,2025-12-05,98000")
    assert [(one.row, one.column) for one in again.errors] == [(3, "read_on")]
    twice = load("reads", "serial,read_on,value\nCB-3,2025-12-05,40\nCB-3,2025-12-05,41")
    assert [(one.row, one.column) for one in twice.errors] == [(3, "read_on")]
    assert _reads(sessions) == before + 1


def test_each_fault_is_named_and_nothing_is_written(
    sessions: sessionmaker[Session], load: Load, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first rows are written before the later ones are looked at, and go with them.
    monkeypatch.setattr(importer, "TOGETHER", 2)
    rows = [
        "CB-1,2025-12-05,98000,",
        "CB-1,2026-01-05,100500,",
        "CB-77,2026-01-05,1,",
        "CB-1,2019-01-05,1,",
        "CB-1,2025-11-05,1000000,",
        "CB-1,2099-01-05,1,",
        "CB-1,5/1/2026,1,",
        "CB-1,2025-10-05,1e3,",
        "CB-8,2025-10-05,1,",
        "CB-1,2025-09-05,1,guess",
    ]
    report = load("reads", "\n".join(["serial,read_on,value,kind", *rows]))
    assert [(one.row, one.column) for one in report.errors] == [
        (4, "serial"),
        (5, "read_on"),
        (6, "value"),
        (7, "read_on"),
        (8, "read_on"),
        (9, "value"),
        (10, "read_on"),
        (11, "kind"),
    ]
    assert _reads(sessions) == before


def test_a_dry_run_writes_nothing(sessions: sessionmaker[Session], load: Load, before: int) -> None:
    report = load("reads", READS.replace("cb-3", "CB-3"), dry_run=True)
    assert report.counts == {"reads": 3}
    assert not report.errors
    assert _reads(sessions) == before


def test_what_is_plain_is_read_as_the_schema_reads_it() -> None:
    rows = [
        {"serial": "CB-1", "read_on": "2026-01-05", "value": "007"},
        {"serial": "8-May", "read_on": "2026-01-05", "value": "7", "kind": "final"},
        {"serial": "CB-1", "read_on": "2026-13-05", "value": "7"},
        {"serial": "NULL", "read_on": "2026-01-05", "value": "7"},
        {"serial": "CB-1", "read_on": "2026-01-05", "value": "٧"},
        {"serial": "CB-1", "value": "7"},
    ]
    plain = [importer.quick(Row(2, cells)) for cells in rows]
    assert [one is not None for one in plain] == [True, False, False, False, False, False]
    assert plain[0] is not None
    assert plain[0].values == importer.ReadRow().load(rows[0])


def test_memory_does_not_grow_with_the_file(load: Load, before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "TOGETHER", 100)

    def most(reads: int) -> int:
        lines = [
            f"CB-1,20{20 + n // 336:02d}-{n // 28 % 12 + 1:02d}-{n % 28 + 1:02d},{n}"
            for n in range(200, reads)
        ]
        data = "\n".join(["serial,read_on,value", *lines])
        tracemalloc.start()
        report = load("reads", data, dry_run=True)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.counts == {"reads": reads - 200}
        return peak - len(data)

    most(2_000)
    # A row that is kept takes a thousand bytes and more; each day that comes up is known by a few.
    assert most(2_000) - most(500) < 1_500 * 250

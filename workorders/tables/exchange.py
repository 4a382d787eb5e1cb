"""What was given to other systems, each row of the records in one batch; and what files brought in."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from workorders.tables.base import Base, Code, Json, UtcDateTime


class ExportBatch(Base):
    """A span of rows given to another system. The same batch read again has the same bytes."""

    __tablename__ = "export_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    """journal | reads | meter_changes | service_status | account_charges | receipts | late_fees | agency."""
    number: Mapped[int]
    """Counts the batches of a kind from 1, without a gap."""
    after_id: Mapped[int] = mapped_column(BigInteger)
    """Rows with higher ids are in it …"""
    until_id: Mapped[int] = mapped_column(BigInteger)
    """… up to this one: the watermark. The next batch begins after it."""
    rows: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of its CSV, so that a copy can be compared with what was given."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index("uq_export_batch_number", "kind", "number", unique=True),
        CheckConstraint("until_id > after_id", name="span"),
    )


class ImportRun(Base):
    """A file that was imported or refused, by page, command or watched folder. Dry runs leave none."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    """As `curbstop import` names it."""
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    """Of its bytes."""
    source: Mapped[str] = mapped_column(String(80))
    """Names the import in every fact it wrote."""
    way: Mapped[str] = mapped_column(Code)
    """page | command | folder."""
    state: Mapped[str] = mapped_column(Code)
    """written | refused | undoing (within the transaction that undoes it) | undone."""
    rows: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What was written, by table."""
    errors: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The first faults of a refused file: {"row", "column", "code", "words"}."""
    error_count: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    first_read: Mapped[int | None] = mapped_column(BigInteger)
    """Its reads have ids from this one …"""
    last_read: Mapped[int | None] = mapped_column(BigInteger)
    """… to this one; among them are those that others wrote meanwhile, whose source is no import."""
    first_event: Mapped[int | None] = mapped_column(BigInteger)
    """The same of its service point events."""
    last_event: Mapped[int | None] = mapped_column(BigInteger)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("ix_import_run_sha256", "sha256", "kind"),)


class ImportKey(Base):
    """What a run added, by its own number: what undoing it takes away again."""

    __tablename__ = "import_key"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)

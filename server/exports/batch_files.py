"""An export batch as a file: CSV as it was digested, or JSON with the same rows."""

import json
from collections.abc import Iterator

from sqlalchemy.orm import Session

from workorders.queries.exports import csv_of, export_named
from workorders.tables import ExportBatch


def file_name(batch: ExportBatch, form: str) -> str:
    """`journal-000012.csv`: the same batch always has the same name."""
    return f"{batch.kind.replace('_', '-')}-{batch.number:06d}.{form}"


def batch_csv(session: Session, batch: ExportBatch) -> Iterator[str]:
    """Its CSV in pieces; the SHA-256 of all of it is the batch's."""
    yield from csv_of(session, export_named(batch.kind), batch.after_id, batch.until_id)


def batch_json(session: Session, batch: ExportBatch) -> Iterator[str]:
    """{"kind", "number", "rows": [{column: value}]}, a row a line; text is as it is kept."""
    export = export_named(batch.kind)
    yield f'{{"kind": {json.dumps(batch.kind)}, "number": {batch.number}, "rows": ['
    between = "\n"
    for row in export.rows(session, batch.after_id, batch.until_id):
        yield between + json.dumps(dict(zip(export.columns, row, strict=True)))
        between = ",\n"
    yield "\n]}\n"

"""An export batch as a message of a standard, in a form."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.exports.messages import iec61968, multispeak
from server.exports.messages.document import json_of, xml_of
from workorders.problems import Problem, Reason
from workorders.queries.exports import export_named
from workorders.tables import ExportBatch, Meter

KINDS = ("reads", "meter_changes", "service_status")
"""Exports that the standards have messages for."""
STANDARDS = {"iec61968": iec61968.document_of, "multispeak": multispeak.document_of}
TITLES = {"iec61968": "IEC 61968-9", "multispeak": "MultiSpeak"}
"""As the standards are called in every language."""
FORMS = {"xml": xml_of, "json": json_of}
TOGETHER = 500
"""Rows whose meters are looked up together."""


def batch_message(
    session: Session, batch: ExportBatch, standard: str, form: str, *, district: str
) -> Iterator[str]:
    """A batch that was made, as a message in pieces. Raises Problem `bad_input`."""
    if batch.kind not in KINDS:
        reason = Reason("one of {known}", known=", ".join(KINDS))
        raise Problem("bad_input", field="kind", reason=reason)
    document = STANDARDS[standard](
        batch.kind,
        _records(session, batch),
        key=f"curbstop:{batch.kind}:{batch.number}",
        at=batch.made_at,
        source=district,
    )
    return FORMS[form](document)


def _records(session: Session, batch: ExportBatch) -> Iterator[Mapping[str, Any]]:
    """The batch's rows by column, with what the standards ask of a meter beside its serial."""
    export = export_named(batch.kind)
    rows = export.rows(session, batch.after_id, batch.until_id)
    while some := list(islice(rows, TOGETHER)):
        records = [dict(zip(export.columns, row, strict=True)) for row in some]
        if "meter" not in export.columns:
            yield from records
            continue
        serials = {one["meter"] for one in records}
        query = select(Meter.serial, Meter.service, Meter.unit).where(Meter.serial.in_(serials))
        known = {serial: (service, unit) for serial, service, unit in session.execute(query)}
        for one in records:
            service, unit = known[one["meter"]]
            yield one | {"meter_service": service, "unit": unit}

"""Exports on their page: a batch is made by a supervisor, seen by the cashier, and read again as it was."""

import hashlib

from sqlalchemy import select

from tests.integration.office.conftest import Office
from workorders.tables import ExportBatch


def test_a_batch_is_made_once_and_read_again(office: Office) -> None:
    assert "No batch yet" in office.client("casey").get("/office/exports").text
    assert office.post("casey", "/office/exports/journal").status_code == 403
    assert office.post("sam", "/office/exports/journal").status_code == 302
    assert office.post("sam", "/office/exports/journal").status_code == 302
    assert office.post("sam", "/office/exports/no-such-thing").status_code == 404
    with office.services.read_sessions() as session:
        batch = session.scalars(select(ExportBatch)).one()
    page = office.client("casey").get("/office/exports").text
    assert "General ledger journal" in page
    assert batch.sha256[:12] in page
    answer = office.client("sam").get("/office/exports/journal/1.csv")
    assert hashlib.sha256(answer.data).hexdigest() == batch.sha256
    assert 'filename="journal-000001.csv"' in answer.headers["Content-Disposition"]
    document = office.client("sam").get("/office/exports/journal/1.json").get_json()
    assert len(document["rows"]) == batch.rows
    assert office.client("casey").get("/office/exports/journal/1.csv").status_code == 403
    assert office.client("sam").get("/office/exports/journal/2.csv").status_code == 404

"""No page, API call or main use case reads a table that grows with the district, nor asks row by row."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.scale.routes import ELSEWHERE, ROUTES, addressed
from tests.integration.scale.statements import Checker, recorded
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from workorders.queries.newest_reads import newest_reads
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.field.events import ingest_event
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order

pytestmark = pytest.mark.slow

COUNTED = {
    "FROM posting GROUP BY posting.ledger": "the trial balance proves all postings, at most once a page",
    "FROM work_order GROUP BY work_order.state": "a gauge, scraped once a minute, over an index alone",
    "FROM field_event GROUP BY field_event.status": "as above",
}
"""Statements that read a whole table because counting all of it is what was asked."""


@pytest.fixture(scope="module")
def checker(large_office: Office) -> Checker:
    """Knows which tables are large."""
    with large_office.services.engine.connect() as connection:
        return Checker.of(connection)


def scans(
    checker: Checker, office: Office, sent: list[tuple[str, Any]], known: set[str]
) -> list[tuple[str, str]]:
    """(table, statement) of what was sent and not explained before."""
    found = []
    with office.services.engine.connect() as connection:
        for statement, parameters in sent:
            if statement in known or _counts(statement):
                continue
            known.add(statement)
            scanned = checker.scanned(connection, statement, parameters)
            found += [(table, " ".join(statement.split())) for table in scanned]
    return found


def test_every_view_that_reads_is_looked_at(large_office: Office) -> None:
    rules = [rule for rule in large_office.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    unseen = {rule.endpoint for rule in rules if not rule.endpoint.startswith(ELSEWHERE)} - ROUTES.keys()
    assert unseen == set()


def test_no_page_reads_a_growing_table_or_asks_row_by_row(large_office: Office, checker: Checker) -> None:
    client = large_office.client("ada")
    known: set[str] = set()
    found, too_many, failed = [], [], []
    with recorded(large_office.services.engine) as recorder:
        for route in ROUTES.values():
            for address in addressed(large_office, route):
                recorder.clear()
                status = client.get(address).status_code
                sent = list(recorder.sent)
                if len(sent) > route.most:
                    too_many.append((address, len(sent), route.most))
                if status >= 500 and address != "/readyz":
                    failed.append((address, status))
                if not route.everybody:
                    found += [(address, *scan) for scan in scans(checker, large_office, sent, known)]
    assert failed == []
    assert too_many == []
    assert found == []


def _paid(session: Session) -> Callable[[], object]:
    return lambda: record_payment(
        session, "P-large", "L7", 5_000, "counter", now=morning.CLOCK, actor="casey"
    )


def _assigned(session: Session) -> Callable[[], object]:
    return lambda: assign_order(session, "O3", "t01", route_day=world.TODAY, now=morning.CLOCK, actor="dana")


def _cancelled(session: Session) -> Callable[[], object]:
    return lambda: cancel_order(session, "O4", reason="asked for", now=morning.CLOCK, actor="carla")


def _completed(session: Session) -> Callable[[], object]:
    order = world.sent(session, "reread", 2)
    document = Tablet("t02").completed(order, answers.reread(2, 145_000))
    later = morning.CLOCK + timedelta(minutes=1)
    return lambda: ingest_event(session, document, database="tech-t02", revision="1-a", received_at=later)


@pytest.mark.parametrize(
    ("prepared", "most"),
    [(_paid, 40), (_assigned, 16), (_cancelled, 16), (_completed, 45)],
    ids=["payment", "assign", "cancel", "completion"],
)
def test_no_use_case_reads_a_growing_table(
    large_office: Office, checker: Checker, prepared: Callable[[Session], Callable[[], object]], most: int
) -> None:
    with large_office.services.sessions() as session, recorded(large_office.services.engine) as recorder:
        act = prepared(session)
        session.flush()
        recorder.clear()
        act()
        session.flush()
        sent = list(recorder.sent)
        session.rollback()
    assert scans(checker, large_office, sent, set()) == []
    assert len(sent) <= most


INDEXES = (
    "ix_read_supersedes_id",
    "ix_work_order_service_point_id",
    "ix_posting_party",
    "ix_payment_received",
    "ix_exception_case_decided",
)


@pytest.mark.parametrize("index", INDEXES)
def test_the_check_sees_a_missing_index(large_office: Office, checker: Checker, index: str) -> None:
    """On both engines dropping an index can be undone: the same transaction explains and rolls back."""
    client = large_office.client("ada")
    with recorded(large_office.services.engine) as recorder:
        for address in ("/csr/accounts/L2", "/csr/premises/LP2", "/office/payments", "/office/"):
            client.get(address)
        sent = list(recorder.sent)
    with large_office.services.engine.connect() as connection:
        assert not any(checker.scanned(connection, *one) for one in sent if not _counts(one[0]))
        connection.execute(text(f"DROP INDEX {index}"))
        assert any(checker.scanned(connection, *one) for one in sent)
        connection.rollback()


def test_the_count_sees_a_query_in_a_loop(large_office: Office) -> None:
    with large_office.services.sessions() as session, recorded(large_office.services.engine) as recorder:
        points = range(100_001, 100_031)
        together = newest_reads(session, points, most=24)
        once = len(recorder.sent)
        apart = {point: newest_reads(session, [point], most=24)[point] for point in points}
        assert (once, len(recorder.sent)) == (2, 62)
    assert together == apart


def _counts(statement: str) -> bool:
    return any(part in statement for part in COUNTED)

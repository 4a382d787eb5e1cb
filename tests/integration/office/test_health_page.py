"""A document that cannot be rendered, one too large, an event the program fails on: nobody else waits."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.worker import ingest_round, prepare, publish_round
from tests.integration.office.conftest import Office
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from workorders.tables import Order, Outbox, Quarantine, Technician
from workorders.usecases.field import events
from workorders.usecases.field.outcome import judged


class Planted:
    """The orders of the three faults and of those who must not notice them."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        services = office.services
        prepare(services)
        with services.sessions.begin() as session:
            session.execute(update(Outbox).values(published_at=services.clock()))
            session.get_one(Technician, "t02").skills = ["water"]
            sick, large, poisoned, well = (
                world.sent(session, "reread", household, technician="t01") for household in (1, 2, 6, 7)
            )
            other = world.sent(session, "reread", 12, technician="t02")
        self.sick, self.large, self.poisoned = sick.number, large.number, poisoned.number
        self.well, self.other = well.number, other.number
        with services.sessions.begin() as session:
            # As a record written by a program that knew another type of order.
            session.execute(update(Order).where(Order.number == self.sick).values(type="unheard_of"))
            session.execute(
                update(Order).where(Order.number == self.large).values(instructions="x" * 9_000_000)
            )
        self.events = [
            Tablet("t01", counter=500).completed(poisoned, answers.reread(6)),
            Tablet("t01", counter=501).completed(well, answers.reread(7)),
            Tablet("t02", counter=500).completed(other, answers.reread(12)),
        ]
        push(services.store, self.events)

        def fails(session: Session, order: Order, *args: Any, **given: Any) -> Any:
            if order.number == self.poisoned:
                raise ZeroDivisionError
            return judged(session, order, *args, **given)

        monkeypatch.setattr(events, "judged", fails)

    def document(self, technician: str, doc_id: str) -> dict[str, Any] | None:
        """A document of a technician's database."""
        return self.office.services.store.get_document(f"tech-{technician}", doc_id)

    def delayed(self, number: str) -> Outbox:
        """The newest outbox row of an order."""
        with self.office.services.read_sessions() as session:
            query = select(Outbox).where(Outbox.topic == "order", Outbox.key == number)
            return session.scalars(query.order_by(Outbox.id.desc())).first() or Outbox()


@pytest.fixture
def planted(office: Office, monkeypatch: pytest.MonkeyPatch) -> Planted:
    return Planted(office, monkeypatch)


def test_nobody_else_waits_and_the_page_names_the_three(office: Office, planted: Planted) -> None:
    publish_round(office.services)
    while ingest_round(office.services):
        pass
    publish_round(office.services)
    for technician, number in (("t01", planted.well), ("t02", planted.other), ("t01", planted.poisoned)):
        assert planted.document(technician, f"order:{number}") is not None
    poisoned, *others = planted.events
    for event in others:
        ack = planted.document(event["technician"], f"ack:{event['_id']}")
        assert ack is not None
        assert ack["status"] in {"posted", "review"}
    assert planted.delayed(planted.sick).last_error == "render_failed"
    assert planted.delayed(planted.large).last_error == "document_too_large"
    page = office.client("sam").get("/office/health").text
    for named in (planted.sick, planted.large, poisoned["_id"], "ZeroDivisionError"):
        assert named in page
    assert planted.well not in page
    metrics = office.client().get("/metrics").text
    assert 'curbstop_documents_delayed{state="retrying"} 2.0' in metrics
    assert "curbstop_ingest_failed 1.0" in metrics


def test_a_failed_document_waits_longer_each_time_and_costs_no_round(
    office: Office, planted: Planted
) -> None:
    publish_round(office.services)
    first = planted.delayed(planted.sick)
    assert publish_round(office.services) == 0, "not before its next try"
    assert office.post("sam", f"/office/health/documents/{first.id}", what="retry").status_code == 302
    assert publish_round(office.services) == 1
    second = planted.delayed(planted.sick)
    assert first.next_try_at is not None
    assert second.next_try_at is not None
    now = office.services.clock()
    assert (second.failures, second.next_try_at - now) == (2, 2 * (first.next_try_at - now))


def test_retried_after_the_record_was_mended_it_is_published(office: Office, planted: Planted) -> None:
    publish_round(office.services)
    row = planted.delayed(planted.sick)
    with office.services.sessions.begin() as session:
        session.execute(update(Order).where(Order.number == planted.sick).values(type="reread"))
    assert office.post("sam", f"/office/health/documents/{row.id}", what="retry").status_code == 302
    publish_round(office.services)
    assert planted.document("t01", f"order:{planted.sick}") is not None
    assert planted.sick not in office.client("sam").get("/office/health").text
    again = office.post("sam", f"/office/health/documents/{row.id}", what="retry")
    assert again.status_code == 409


def test_set_aside_it_is_tried_no_more_until_it_changes(office: Office, planted: Planted) -> None:
    publish_round(office.services)
    row = planted.delayed(planted.large)
    assert office.post("sam", f"/office/health/documents/{row.id}", what="set_aside").status_code == 302
    aside = planted.delayed(planted.large)
    assert (aside.set_aside_by, aside.published_at) == ("sam", None)
    assert "set aside by sam" in office.client("sam").get("/office/health").text
    with office.services.sessions.begin() as session:
        session.execute(update(Order).where(Order.number == planted.large).values(instructions="short"))
        session.add(Outbox(technician_id="t01", topic="order", key=planted.large, created_at=world.LATER))
    publish_round(office.services)
    document = planted.document("t01", f"order:{planted.large}")
    assert document is not None
    assert document["instructions"] == "short"
    assert planted.large not in office.client("sam").get("/office/health").text


def test_a_cashier_reads_and_decides_nothing(office: Office, planted: Planted) -> None:
    publish_round(office.services)
    row = planted.delayed(planted.sick)
    assert "Retry now" not in office.client("casey").get("/office/health").text
    assert office.post("casey", f"/office/health/documents/{row.id}", what="retry").status_code == 403
    assert office.post("sam", f"/office/health/documents/{row.id}", what="drop").status_code == 422


def test_the_poisoned_event_is_kept_whole(office: Office, planted: Planted) -> None:
    while ingest_round(office.services):
        pass
    with office.services.read_sessions() as session:
        kept = session.scalars(select(Quarantine).where(Quarantine.code == "ingest_failed")).one()
    assert kept.body["body"] == planted.events[0]["body"]

"""Planted faults of feeds: facts passed over, documents never written, answers that nobody gets."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline import ingest, ingest_batch, publish, render, retention
from sync.pipeline.outbox import record
from sync.protocol import device_order
from sync.protocol.device_order import EVENT
from sync.stores.contract import ChangeBatch, StoreUnavailable
from sync.stores.sql import writing
from sync.stores.sql.store import SqlStore
from tests.simulation.planted.patching import Together
from workorders.tables import FieldEvent
from workorders.usecases.field import events, repeats
from workorders.usecases.field.batch import EventBatch
from workorders.usecases.field.delivery import Acknowledgement


def the_checkpoint_moves_before_the_facts() -> AbstractContextManager[object]:
    """A feed is marked as read in a transaction of its own, before what it brings is judged."""
    real = ingest_batch.ingest_batch

    def early(sessions: sessionmaker[Session], together: Any, since: str, until: float | None) -> Any:
        place = together[-1][1]
        with sessions.begin() as session:
            ingest_batch.advance(session, together[0][0].database, since, place, None)
        return real(sessions, together, place, until)

    return patch.object(ingest, "ingest_batch", early)


def an_event_that_comes_again_is_judged_again() -> AbstractContextManager[object]:
    """Nobody looks whether an event is known."""
    return patch.object(EventBatch, "known", lambda *_given: None)


def an_event_that_comes_again_counts_again() -> AbstractContextManager[object]:
    """A fact is known by its number of delivery: sent twice, it is posted twice."""
    real, delivered = events._take_in, iter(range(1, 10_000_000))

    def known(_self: EventBatch, _event: Any) -> None:
        return None

    def take_in(batch: EventBatch, event: Any, technician: Any, delivery: Any) -> Acknowledgement:
        if batch.session.get(FieldEvent, event.id) is not None:
            event = replace(event, id=f"{event.id}x{next(delivered)}")
        return real(batch, event, technician, delivery)

    return Together(patch.object(EventBatch, "known", known), patch.object(events, "_take_in", take_in))


def acknowledgements_of_reviews_are_lost() -> AbstractContextManager[object]:
    """Who wrote something that a human must judge never hears of it."""
    real = render.render_acks

    def acks(session: Session, technician: str, wanted: Any) -> dict[str, Any]:
        found = real(session, technician, wanted)
        return {key: document for key, document in found.items() if document["status"] != "review"}

    return patch.object(render, "render_acks", acks)


def an_outbox_row_is_done_before_its_document() -> AbstractContextManager[object]:
    """A change counts as published before it is written; what fails or dies in between is never written."""
    real = publish._rendered

    def first(
        sessions: sessionmaker[Session], technician: str, subjects: Mapping[Any, int], now: datetime
    ) -> Any:
        record(sessions, technician, subjects, {}, now)
        return real(sessions, technician, subjects, now)

    return patch.object(publish, "_rendered", first)


def a_replacement_never_advances() -> AbstractContextManager[object]:
    """Events go by their counter over all tablets of a technician; a lower one than the last is old news."""
    real = device_order.in_device_order

    def sorted_by_counter(rows: Sequence[Any], since: str) -> Any:
        highest = 0
        for row, after in real(rows, since):
            found = EVENT.fullmatch(row.doc_id)
            if found is not None and int(found[2]) <= highest:
                continue
            highest = max(highest, int(found[2]) if found else 0)
            yield row, after

    return patch.object(ingest_batch, "in_device_order", sorted_by_counter)


def the_last_change_of_a_page_is_passed_over() -> AbstractContextManager[object]:
    """Who reads a feed in pages misses one of each longer page."""
    real = SqlStore.changes

    def changes(self: SqlStore, db: str, *, since: str, limit: int, include_docs: bool = True) -> ChangeBatch:
        found = real(self, db, since=since, limit=limit, include_docs=include_docs)
        return replace(found, rows=found.rows[:-1]) if len(found.rows) > 5 else found

    return patch.object(SqlStore, "changes", changes)


def a_large_batch_loses_its_last_fact() -> AbstractContextManager[object]:
    """Of several documents sent together the last one is confirmed and not stored."""
    real = writing.prepare

    def prepare(connection: Any, database: Any, edits: Any, **named: Any) -> Any:
        fewer = edits[:-1] if len(edits) > 1 and not named["new_edits"] else edits
        return real(connection, database, fewer, **named)

    return patch.object(writing, "prepare", prepare)


def a_store_in_trouble_says_yes() -> AbstractContextManager[object]:
    """A full disk is answered as if the facts had been stored."""
    real = SqlStore.edit

    def edit(self: SqlStore, name: str, edits: Any, *, new_edits: bool) -> Any:
        try:
            return real(self, name, edits, new_edits=new_edits)
        except StoreUnavailable:
            return []

    return patch.object(SqlStore, "edit", edit)


def trouble_of_the_disk_is_blamed_on_the_fact() -> AbstractContextManager[object]:
    """While the database does not work, what is being handled is kept aside as if it were at fault."""
    return Together(
        patch.object(ingest, "stops_everything", lambda _error: False),
        patch.object(ingest_batch, "stops_everything", lambda _error: False),
    )


def a_second_statement_is_dropped() -> AbstractContextManager[object]:
    """Of two statements under one id the second is not kept."""

    def dropped(_session: Any, _delivery: Any, *, reason: Any) -> Acknowledgement:
        return Acknowledgement("quarantined", reason, ())

    return patch.object(repeats, "quarantine", dropped)


def what_is_not_understood_is_dropped() -> AbstractContextManager[object]:
    """A document that cannot be understood is answered and not kept."""

    def dropped(_session: Any, _delivery: Any, *, reason: Any) -> Acknowledgement:
        return Acknowledgement("quarantined", reason, ())

    return patch.object(events, "quarantine", dropped)


def retention_takes_open_orders() -> AbstractContextManager[object]:
    """Upkeep puts orders away that somebody is still to work."""
    return patch.object(retention, "_retirable_orders", lambda _session, numbers, _before: set(numbers))


def a_changed_order_is_old_news() -> AbstractContextManager[object]:
    """An order that a tablet has is not written again."""
    return patch.object(publish, "_is_old_news", lambda *_given: True)


PLANTED = (
    the_checkpoint_moves_before_the_facts,
    an_event_that_comes_again_is_judged_again,
    an_event_that_comes_again_counts_again,
    acknowledgements_of_reviews_are_lost,
    an_outbox_row_is_done_before_its_document,
    a_replacement_never_advances,
    the_last_change_of_a_page_is_passed_over,
    a_large_batch_loses_its_last_fact,
    a_store_in_trouble_says_yes,
    trouble_of_the_disk_is_blamed_on_the_fact,
    a_second_statement_is_dropped,
    what_is_not_understood_is_dropped,
    retention_takes_open_orders,
    a_changed_order_is_old_news,
)

"""Facts: every one that was confirmed is posted or in front of a human, and has its effect once."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.simulation.auditor.finding import Violation
from demo.simulation.fleet import Fleet
from demo.simulation.witness import Witness, stated
from workorders.tables import ExceptionCase, FieldEvent, Installation, Order, Quarantine, Read

READ_BY = ("reread", "special_read", "turn_on", "turn_off", "reconnect", "disconnect_np")


def confirmed_facts_are_kept(session: Session, _fleet: Fleet, witness: Witness) -> Iterator[Violation]:
    """What the server said it has is a fact or lies in quarantine, word for word."""
    known = {event.id: event.body for event in session.scalars(select(FieldEvent))}
    aside = {(row.document_id, row.revision): row.body for row in session.scalars(select(Quarantine))}
    for (doc_id, rev), one in sorted(witness.stored.items()):
        kept = aside.get((doc_id, rev))
        if known.get(doc_id) != one.document and (kept is None or stated(kept) != one.document):
            what = "changed" if doc_id in known or kept is not None else "lost"
            yield Violation(
                "fact_lost", doc_id, f"{doc_id} ({one.document['event']}) was confirmed and is {what}"
            )


def reviews_have_a_human(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """An event in review has an open case; one that is posted has none that blocks."""
    open_cases = set(session.scalars(select(ExceptionCase.source).where(ExceptionCase.state == "open")))
    for event in session.scalars(select(FieldEvent).order_by(FieldEvent.id)):
        if event.status == "review" and event.id not in open_cases:
            yield Violation("review", event.id, f"{event.id} waits for a decision that nobody is asked for")


def nothing_failed_by_itself(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """Nothing is in quarantine because the program failed over it."""
    for row in session.scalars(select(Quarantine).where(Quarantine.code == "ingest_failed")):
        yield Violation(
            "program", row.document_id, f"the program failed over {row.document_id}: {row.params}"
        )


def nobody_got_in(_session: Session, _fleet: Fleet, witness: Witness) -> Iterator[Violation]:
    """No tablet that was taken out of use has written since."""
    for doc_id in witness.taken_after_revoke[:3]:
        yield Violation("security", doc_id, f"{doc_id} was taken from a tablet that is out of use")


def effects_are_there(session: Session, _fleet: Fleet, _witness: Witness) -> Iterator[Violation]:
    """A completion that nobody was asked about left the read, the meter and the outcome that it reports."""
    asked = set(session.scalars(select(ExceptionCase.source)))
    types = {order.number: order for order in session.scalars(select(Order))}
    reads = Counter(session.scalars(select(Read.source)))
    installed = Counter(session.scalars(select(Installation.source)))
    for event in session.scalars(
        select(FieldEvent).where(FieldEvent.kind == "completed").order_by(FieldEvent.id)
    ):
        order = types.get(event.order_number or "")
        if event.id in asked or order is None or event.status != "posted":
            continue
        answers = event.body["body"]["answers"]
        if order.type in READ_BY and answers.get("read") is not None and not reads[event.id]:
            yield Violation("effect", event.id, f"the read of {event.id} is nowhere")
        if order.type == "exchange" and answers.get("new_in") and installed[event.id] != 1:
            words = f"the exchange of {event.id} installed {installed[event.id]} meters"
            yield Violation("effect", event.id, words)
        if order.finished_at is None:
            yield Violation("effect", order.number, f"{order.number} was reported done and is not finished")

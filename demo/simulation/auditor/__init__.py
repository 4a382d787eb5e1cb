"""The auditor: small code of its own over tables, documents and what was witnessed."""

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.simulation.auditor import customers, cuts, documents, facts, money, work
from demo.simulation.auditor.finding import Violation
from demo.simulation.fleet import Fleet
from demo.simulation.server import Server
from demo.simulation.witness import Witness
from workorders.queries.verify import verify_ledger
from workorders.tables import Outbox

__all__ = ["Violation", "audit"]

Check = Callable[[Session, Fleet, Witness], Iterator[Violation]]
CHECKS: tuple[Check, ...] = (
    facts.confirmed_facts_are_kept,
    facts.reviews_have_a_human,
    facts.nothing_failed_by_itself,
    facts.nobody_got_in,
    facts.effects_are_there,
    money.entries_balance,
    money.payments_are_posted,
    money.door_money_is_posted_once,
    money.receipts_are_their_owners,
    money.balances_add_up,
    work.history_follows_allowed_edges,
    work.serials_are_in_one_place,
    documents.orders_are_where_they_belong,
    documents.answers_arrived,
    customers.paid_accounts_are_left_alone,
    customers.cuts_are_called_off_for_money_only,
    cuts.cuts_out_of_time_are_seen,
    cuts.cuts_after_the_money_are_wrongful,
)
MOST = 20
"""Violations that a run reports."""


def audit(server: Server, fleet: Fleet, witness: Witness, rounds: int | None) -> list[Violation]:
    """Everything that is not as it must be, after healing; `rounds` None: it did not settle."""
    found: list[Violation] = []
    if rounds is None:
        found.append(Violation("convergence", "all", "it did not settle within the rounds allowed"))
    witness.expect_again(fleet.held())
    with server.services.read_sessions() as session:
        found.extend(_unpublished(session))
        for check in CHECKS:
            found.extend(check(session, fleet, witness))
        found.extend(
            Violation("verify", difference.key, difference.words)
            for difference in verify_ledger(session).differences
        )
    for tablet in fleet.tablets:
        if tablet.kept.device not in witness.revoked and tablet.kept.waiting:
            words = f"{tablet.name} still holds {len(tablet.kept.waiting)} facts that nobody confirms"
            found.append(Violation("convergence", tablet.name, words))
    return found[:MOST]


def _unpublished(session: Session) -> Iterator[Violation]:
    for row in session.scalars(select(Outbox).where(Outbox.published_at.is_(None)).limit(3)):
        words = f"{row.topic} {row.key} was never published to {row.technician_id}: {row.last_error}"
        yield Violation("convergence", row.key, words)

"""What undoing an import would take away, and what has been built on it since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from workorders.problems import Reason
from workorders.tables import (
    Account,
    Base,
    Customer,
    ExportBatch,
    ImportKey,
    ImportRun,
    Installation,
    JournalEntry,
    Meter,
    Order,
    Posting,
    Premise,
    Read,
    RecordChange,
    ServiceAgreement,
    ServicePoint,
    ServicePointEvent,
)

SHOWN = 20
"""Numbers that are named for each reason."""
OPEN = ("requested", "approved", "held")
"""States of orders that nobody has begun with."""
BOOKS = Reason("what is in the books stays in them: take a payment back, adjust a bill, correct a deposit")
PAGES = Reason("entries of this kind are changed and ended on pages of their own")
ROOMS = Reason("meters that came in keep their way: correct where they are, or retire them")
REGISTERS = Reason("reads of further registers are kept: correct them by later ones")
NOT_UNDONE = {
    **dict.fromkeys(("payments", "settlements", "bank-statement", "bills"), BOOKS),
    **dict.fromkeys(("technicians", "shifts", "notices", "forecast"), PAGES),
    **dict.fromkeys(("billing-cycles", "premise-cycles"), PAGES),
    "meter-receipts": ROOMS,
}
"""Kinds that are not undone as a whole → why."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table that an import added: `which` of the model, and what people know a row by."""

    model: type[Any]
    which: ColumnElement[bool]
    label: ColumnElement[str]

    @property
    def name(self) -> str:
        """The table's."""
        return str(self.model.__tablename__)

    @property
    def ids(self) -> Select[Any]:
        """Their ids."""
        return select(self.model.id).where(self.which)


@dataclass(frozen=True, slots=True)
class BuiltOn:
    """Rows of a table that rest on the import: how many, and the numbers of what they rest on."""

    table: str
    count: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing takes away, by table, or why it cannot be undone."""

    takes: dict[str, int]
    refused: Reason | None
    built_on: tuple[BuiltOn, ...]

    @property
    def possible(self) -> bool:
        """Nothing speaks against it."""
        return self.refused is None and not self.built_on


def undoing_of(session: Session, run: ImportRun) -> Undoing:
    """What undoing a run would do now; of a large import it takes a while to count."""
    refused = never_undone(run)
    if refused is not None:
        return Undoing({}, refused, ())
    parts = parts_of(run)
    takes = {part.name: _count(session, part.ids) for part in parts}
    if run.kind == "orders":
        takes["work_order"] = _count(session, select(Order.number).where(Order.requested_by == run.source))
        return Undoing(takes, None, tuple(_begun(session, run)))
    if run.kind == "accounts":
        takes["journal_entry"] = _count(session, opening_entries(run))
    found = [*_followers(session, parts), *_noted(session, parts), *_given(session, run)]
    if run.kind == "accounts":
        found += _posted(session, run)
    return Undoing({name: count for name, count in takes.items() if count}, None, tuple(found))


def never_undone(run: ImportRun) -> Reason | None:
    """Why a run is not undone whatever was built on it; None: that has to be looked at."""
    if run.state == "undone":
        return Reason("it was undone before")
    if run.state != "written":
        return Reason("nothing of the file was taken in")
    return REGISTERS if run.counts.get("register_reads") else NOT_UNDONE.get(run.kind)


def parts_of(run: ImportRun) -> list[Part]:
    """The rows a run added, in the order in which they can go."""
    return UNDONE[run.kind](run)


def opening_entries(run: ImportRun) -> Select[Any]:
    """Ids of the entries that took balances over: they are reversed, for books lose nothing."""
    mine = JournalEntry.source.startswith(f"{run.source}:", autoescape=True)
    return select(JournalEntry.id).where(mine, JournalEntry.reverses_id.is_(None))


def _premises(run: ImportRun) -> list[Part]:
    return [
        _states(run),
        Part(ServicePoint, _keyed(run, ServicePoint, ServicePoint.number), _text(ServicePoint.number)),
        Part(Premise, _keyed(run, Premise, Premise.number), _text(Premise.number)),
    ]


def _accounts(run: ImportRun) -> list[Part]:
    mine = _keyed(run, Account, Account.number)
    accounts = select(Account.id).where(mine)
    shared = exists().where(Account.customer_id == Customer.id, not_(mine))
    customers = and_(_keyed(run, Customer, cast(Customer.id, String)), not_(shared))
    return [
        Part(ServiceAgreement, ServiceAgreement.account_id.in_(accounts), cast(ServiceAgreement.id, String)),
        Part(Account, mine, _text(Account.number)),
        Part(Customer, customers, _text(Customer.name)),
    ]


def _meters(run: ImportRun) -> list[Part]:
    mine = _keyed(run, Meter, Meter.serial)
    meters = select(Meter.id).where(mine)
    return [
        Part(Read, and_(_in_span(run, Read.id, "read"), Read.source == run.source), cast(Read.id, String)),
        Part(
            Installation,
            and_(Installation.meter_id.in_(meters), Installation.source == run.source),
            cast(Installation.id, String),
        ),
        Part(Meter, mine, _text(Meter.serial)),
    ]


def _reads(run: ImportRun) -> list[Part]:
    imported = Read.source.startswith("import:reads:", autoescape=True)
    return [Part(Read, and_(_in_span(run, Read.id, "read"), imported), cast(Read.id, String))]


def _orders(_run: ImportRun) -> list[Part]:
    return []


UNDONE: dict[str, Callable[[ImportRun], list[Part]]] = {
    "premises": _premises,
    "accounts": _accounts,
    "meters": _meters,
    "reads": _reads,
    "orders": _orders,
}
"""Kinds that are undone → the rows of a run."""


def _states(run: ImportRun) -> Part:
    """The events that gave the run's service points their first state."""
    mine = and_(_in_span(run, ServicePointEvent.id, "event"), ServicePointEvent.source == run.source)
    return Part(ServicePointEvent, mine, cast(ServicePointEvent.id, String))


def _keyed(run: ImportRun, model: type[Any], number: Any) -> ColumnElement[bool]:
    """Rows whose number the run wrote down as its own."""
    prefix = f"{model.__tablename__}:"
    # Compared letter by letter: which of two signs comes first depends on the database's collation.
    mine = (ImportKey.run_id == run.id, func.substr(ImportKey.key, 1, len(prefix)) == prefix)
    found: ColumnElement[bool] = number.in_(select(func.substr(ImportKey.key, len(prefix) + 1)).where(*mine))
    return found


def _in_span(run: ImportRun, key: Any, name: str) -> ColumnElement[bool]:
    first, last = getattr(run, f"first_{name}"), getattr(run, f"last_{name}")
    # Nothing is between, where the run wrote none.
    within: ColumnElement[bool] = key.between(first or 0, last or -1)
    return within


def _text(column: Any) -> ColumnElement[str]:
    return cast(column, String)


def _count(session: Session, ids: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def _followers(session: Session, parts: Sequence[Part]) -> list[BuiltOn]:
    """Every row of any table that points at one of these and is none of them."""
    own = {part.name: part for part in parts}
    found = []
    for part in parts:
        table = part.model.__table__
        for other in Base.metadata.sorted_tables:
            for key in other.foreign_keys:
                if key.column.table is not table:
                    continue
                # Under a name of its own: a read may take the place of a read.
                rests = other.alias(f"{other.name}_on_it")
                points = rests.c[key.parent.name]
                clause: ColumnElement[bool] = points.in_(part.ids)
                if other.name in own:
                    [identity] = other.primary_key.columns
                    clause = and_(clause, rests.c[identity.name].not_in(own[other.name].ids))
                at = select(part.label).join(rests, points == table.c.id).where(clause)
                found += _built(session, other.name, at)
    return _together(found)


def _noted(session: Session, parts: Sequence[Part]) -> list[BuiltOn]:
    """Corrections by people, which name what they changed by its id."""
    found = []
    for part in parts:
        if part.name in {"customer", "premise", "meter", "read"}:
            subject = literal(f"{part.name}:") + cast(part.model.id, String)
            at = select(part.label).join(RecordChange, RecordChange.subject == subject).where(part.which)
            found += _built(session, "record_change", at)
    return _together(found)


def _given(session: Session, run: ImportRun) -> list[BuiltOn]:
    """Batches in which other systems were given what would go."""
    found = []
    for kinds, first, last in (
        (("reads", "meter_changes"), run.first_read, run.last_read),
        (("service_status",), run.first_event, run.last_event),
    ):
        if first is not None and last is not None:
            overlaps = (ExportBatch.until_id >= first, ExportBatch.after_id < last)
            label = ExportBatch.kind + literal(" ") + cast(ExportBatch.number, String)
            found += _built(
                session, "export_batch", select(label).where(ExportBatch.kind.in_(kinds), *overlaps)
            )
    billed = select(cast(Read.id, String)).where(_in_span(run, Read.id, "read"), Read.billed)
    if run.kind in {"reads", "meters"}:
        found += _built(session, "bill", billed)
    return _together(found)


def _posted(session: Session, run: ImportRun) -> list[BuiltOn]:
    """Money on the accounts but for the balances that were taken over with them."""
    numbers = select(Account.number).where(_keyed(run, Account, Account.number))
    query = (
        select(Posting.party)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            Posting.party.in_(numbers),
            # Its own, and those of imports before it that were undone.
            not_(JournalEntry.source.startswith("import:accounts:", autoescape=True)),
            not_(JournalEntry.source.startswith("undo:import:accounts:", autoescape=True)),
        )
    )
    return _built(session, "posting", query)


def _begun(session: Session, run: ImportRun) -> list[BuiltOn]:
    begun = or_(Order.state.not_in(OPEN), Order.technician_id.is_not(None))
    return _built(session, "work_order", select(Order.number).where(Order.requested_by == run.source, begun))


def _built(session: Session, table: str, labels: Select[Any]) -> list[BuiltOn]:
    count = _count(session, labels)
    if not count:
        return []
    inside = labels.subquery()
    first = select(inside.c[0]).distinct().order_by(inside.c[0]).limit(SHOWN)
    return [BuiltOn(table, count, tuple(str(one) for one in session.scalars(first)))]


def _together(found: Sequence[BuiltOn]) -> list[BuiltOn]:
    """One for each table, whichever of its columns points here."""
    by_table: dict[str, BuiltOn] = {}
    for one in found:
        before = by_table.get(one.table, BuiltOn(one.table, 0, ()))
        numbers = dict.fromkeys((*before.numbers, *one.numbers))
        by_table[one.table] = BuiltOn(one.table, before.count + one.count, tuple(numbers)[:SHOWN])
    return list(by_table.values())

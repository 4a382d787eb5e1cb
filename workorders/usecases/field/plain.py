"""Consequences that only add rows: they need not be written before the next event of a batch is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workorders.judgement.consequences import Consequence, OpenException, Post, RecordRead, SetServicePoint
from workorders.ledger import draft
from workorders.queries.situation_records import Records
from workorders.tables import Read, ServicePointEvent
from workorders.usecases.field.cause import Cause
from workorders.usecases.field.meter_effects import read_row, set_point
from workorders.usecases.field.money_effects import account_touched, is_payment
from workorders.usecases.field.pending import PendingRows


def are_plain(consequences: Iterable[Consequence], cause: Cause) -> bool:
    """Whether all of them can wait in PendingRows: what they depend on was read, and is so."""
    return cause.records is not None and all(_is_plain(one, cause, cause.records) for one in consequences)


def let_wait(pending: PendingRows, consequences: Sequence[Consequence], cause: Cause) -> list[OpenException]:
    """What `carry_out` and `reconsider_after` do about plain consequences, at the next write of `pending`.

    What the database refuses of it shows then. The exceptions among them are returned.
    """
    exceptions = []
    for one in consequences:
        if isinstance(one, OpenException):
            exceptions.append(one)
        else:
            _add(pending, one, cause)
    account = account_touched(consequences, cause)
    if account is not None:
        pending.reconsider(account, source=cause.event_id, now=cause.now)
    return exceptions


def _is_plain(what: Consequence, cause: Cause, records: Records) -> bool:
    if isinstance(what, RecordRead):
        meter = records.rows.get(what.serial)
        return what.supersedes is None and meter is not None and meter.status == "installed"
    if isinstance(what, SetServicePoint):
        return what.service_point in {None, cause.order.service_point.number}
    return isinstance(what, OpenException) or (isinstance(what, Post) and not is_payment(what))


def _add(pending: PendingRows, what: Consequence, cause: Cause) -> None:
    records = cause.records
    if records is None:
        raise ValueError("only what rests on records that were read may wait")
    if isinstance(what, RecordRead):
        meter = records.rows[what.serial]
        row = read_row(what, cause, meter_id=meter.id, service_point_id=records.places[meter.id])
        pending.add(Read, row)
    elif isinstance(what, SetServicePoint):
        point = cause.order.service_point
        latest = records.states.get(point.id)
        pending.add(ServicePointEvent, set_point(point, what, cause, latest.at if latest else None))
    elif isinstance(what, Post):
        entry = draft(
            source=cause.event_id,
            purpose=what.purpose,
            message=what.message,
            lines=what.lines,
            parties=cause.parties,
            effective_at=cause.occurred_at,
            order_number=cause.order.number,
        )
        pending.post(replace(entry, recorded_at=cause.now), now=cause.now)
    else:
        raise TypeError(f"{type(what).__name__} does not wait")

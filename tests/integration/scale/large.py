# ruff: noqa: E501, S608 - statements of SQL over names and figures of our own
"""A large district around a small morning: years of accounts, reads, money and orders, written in sets.

Only queries are looked at with it. The rows are of the shape that real ones have; what happens today is
the morning's, made by the use cases.
"""

from datetime import date, timedelta
from typing import Any

import shapely
from sqlalchemy import Date, bindparam, insert, text
from sqlalchemy.orm import Session

from tests.integration.usecases.world import NOW, TODAY
from workorders.tables import Customer, Premise
from workorders.tables.base import UtcDateTime

FIRST = 100_000
"""Ids of generated rows begin above those that the morning made."""
FIRST_NAMES = ("Ana", "Ben", "Chloe", "Dan", "Eva", "Finn", "Grace", "Hugo", "Ines", "Jack")
LAST_NAMES = ("Abbott", "Baker", "Castro", "Dunn", "Ellis", "Ford", "Garcia", "Hill", "Ivers", "Jones")
MONTHS = 5
"""Reads of a meter."""
OPEN = 500
"""Orders that wait to be sent out."""
BUSY = 60
"""What the busy account has of everything, to see what grows with a page's rows."""


def enlarge(session: Session, accounts: int) -> None:
    """Add `accounts` households with reads, bills, payments and finished orders, in one transaction."""
    _people(session, accounts)
    _run(session, "CREATE TEMPORARY TABLE n (i INTEGER PRIMARY KEY)")
    _run(
        session,
        "INSERT INTO n WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :most)"
        " SELECT i FROM r",
        most=accounts,
    )
    for statement in (*_HOUSEHOLDS, *_MONEY, *_CASH, *_WORK):
        _run(session, statement)
    for month in range(MONTHS):
        _run(session, _READ, taken=NOW - timedelta(days=30 * (MONTHS - month)), month=month)
    for statement in _BUSY:
        _run(session, statement, most=BUSY)
    session.execute(text("DROP TABLE n"))


def _people(session: Session, accounts: int) -> None:
    numbers = range(1, accounts + 1)
    session.execute(
        insert(Customer),
        [
            {
                "id": FIRST + i,
                "name": f"{FIRST_NAMES[i % 10]} {LAST_NAMES[i // 10 % 10]}",
                "phone": f"555-{i // 10_000:03}-{i % 10_000:04}",
                "email": f"l{i}@example.com",
            }
            for i in numbers
        ],
    )
    session.execute(
        insert(Premise),
        [
            {
                "id": FIRST + i,
                "number": f"LP{i}",
                "house_number": str(i % 900 + 1),
                "street": f"{LAST_NAMES[i % 10]} {LAST_NAMES[i // 900 % 10]} Street",
                "city": "Demo Falls",
                "postcode": "00000",
                "position": shapely.Point(-98.7 + i % 200 / 1000, 39.05 + i // 200 / 1000),
                "zone_id": i % 2 + 1,
            }
            for i in numbers
        ],
    )


def _run(session: Session, statement: str, **given: Any) -> None:
    """One statement for both engines; instants and days are bound, because each writes them in its way."""
    values: dict[str, Any] = {"now": NOW, "long_ago": NOW - timedelta(days=400), "today": TODAY, **given}
    values["first"] = FIRST
    values["valid"] = TODAY + timedelta(days=30)
    values["before"] = date(2025, 1, 1)
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    kinds = [
        bindparam(name, type_=Date() if type(value) is date else UtcDateTime())
        for name, value in named.items()
        if isinstance(value, date)
    ]
    session.execute(text(statement).bindparams(*kinds), named)


_HOUSEHOLDS = (
    "INSERT INTO account (id, number, customer_id, rate_class, status, check_ban, tax_exempt)"
    " SELECT :first + i, 'L' || i, :first + i, 'residential', 'active', false, false FROM n",
    "INSERT INTO service_point (id, number, premise_id, service, size, state)"
    " SELECT :first + i, 'LS' || i, :first + i, 'water', '5/8', 'on' FROM n",
    "INSERT INTO service_agreement (id, account_id, service_point_id, start_on)"
    " SELECT :first + i, :first + i, :first + i, :before FROM n",
    "INSERT INTO cycle_premise (premise_id, cycle_id) SELECT :first + i, i % 4 + 1 FROM n",
    "INSERT INTO meter (id, serial, make, service, size, dials, multiplier, unit, status)"
    " SELECT :first + i, 'LM' || i, 'Demo', 'water', '5/8', 6, 1, 'gal', 'installed' FROM n",
    "INSERT INTO installation (id, meter_id, service_point_id, installed_at, start_read, source)"
    " SELECT :first + i, :first + i, :first + i, :long_ago, 0, 'import:large' FROM n",
    "INSERT INTO service_point_event (id, service_point_id, state, at, source)"
    " SELECT :first + i, :first + i, 'on', :long_ago, 'import:large' FROM n",
    "INSERT INTO notice (id, account_id, kind, sent_on, valid_until, amount_cents)"
    " SELECT :first + i, :first + i, 'final', :today, :valid, 5000 FROM n",
)
_MONEY = (
    "INSERT INTO returned_mail (id, account_id, returned_on, reason, noted_at, noted_by, state)"
    " SELECT :first + i, :first + i, :before, 'moved', :long_ago, 'carla', 'resolved' FROM n",
    "INSERT INTO late_fee (id, account_id, bill_reference, due_on, on_day, past_due_cents, amount_cents, fee_code,"
    " handed_at, handed_by) SELECT :first + i, :first + i, 'LB-' || i, :before, :before, 5000, 1000, 'late_charge',"
    " :long_ago, 'sam' FROM n",
    "INSERT INTO lien (id, account_id, premise_id, amount_cents, filed_on, reference, noted_at, noted_by, released_on)"
    " SELECT :first + i, :first + i, :first + i, 5000, :before, 'LL-' || i, :long_ago, 'sam', :before FROM n",
    "INSERT INTO agency_placement (id, account_id, agency, placed_at, placed_by, placed_cents, told_cents, recalled_at)"
    " SELECT :first + i, :first + i, 'Demo', :long_ago, 'sam', 5000, 0, :long_ago FROM n",
    "INSERT INTO journal_entry (id, source, purpose, effective_at, recorded_at, code, params)"
    " SELECT :first + i, 'bill:' || i, 'bill', :long_ago, :long_ago, 'entry.opening', '{\"account\": \"L\"}' FROM n",
    "INSERT INTO posting (id, entry_id, ledger, party, amount_cents)"
    " SELECT :first + 2 * i, :first + i, 'AR', 'L' || i, 5000 FROM n"
    " UNION ALL SELECT :first + 2 * i + 1, :first + i, 'OPEN', '', -5000 FROM n",
    "INSERT INTO entry_seal (entry_id, sealed_at) SELECT :first + i, :long_ago FROM n",
    "INSERT INTO ledger_balance (ledger, party, amount_cents) SELECT 'AR', 'L' || i, 5000 FROM n",
    "INSERT INTO payment (id, account_id, amount_cents, channel, received_at, recorded_by)"
    " SELECT 'LP-' || i, :first + i, 100, 'counter', :long_ago, 'casey' FROM n",
    "INSERT INTO receipt (number, device_id, technician_id, account_id, amount_cents, method, taken_at,"
    " previous_hash, hash, chain_ok, source)"
    " SELECT 'LR-' || i, 'largeaaa', 't02', :first + i, 100, 'cash', :long_ago, '', '', true, 'event:large:' || i"
    " FROM n",
)
_CASH = (
    "INSERT INTO turn_in (id, kind, technician_id, state, opened_at, opened_by, expected_cents, counted_cents,"
    " closed_at, closed_by) SELECT 'LT-' || i, 'turn_in', 't02', 'signed', :long_ago, 'casey', 100, 100, :long_ago,"
    " 'carla' FROM n",
    "INSERT INTO turn_in_receipt (turn_in_id, receipt_number, amount_cents, released)"
    " SELECT 'LT-' || i, 'LR-' || i, 100, false FROM n",
    "INSERT INTO drawer (id, owner, day, float_cents, state, opened_at, expected_cents, counted_cents, closed_at,"
    " closed_by) SELECT 'LW-' || i, 'l' || i, :before, 0, 'closed', :long_ago, 100, 100, :long_ago, 'carla' FROM n",
    "INSERT INTO cash_count (subject, counted_by, counted_at, cash, items, cash_cents, items_cents)"
    " SELECT 'LT-' || i, 'casey', :long_ago, '{\"100\": 1}', '{}', 100, 0 FROM n",
    "INSERT INTO cash_count (subject, counted_by, counted_at, cash, items, cash_cents, items_cents)"
    " SELECT 'LW-' || i, 'l' || i, :long_ago, '{\"100\": 1}', '{}', 100, 0 FROM n",
    "INSERT INTO cash_signature (subject, signed_by, signed_at, as_supervisor)"
    " SELECT 'LT-' || i, 'casey', :long_ago, false FROM n UNION ALL SELECT 'LT-' || i, 'carla', :long_ago, true FROM n",
    "INSERT INTO deposit (id, day, made_at, made_by, cash_cents, items_cents)"
    " SELECT 'LD-' || i, :before, :long_ago, 'casey', 200, 0 FROM n",
    "INSERT INTO deposit_item (subject, deposit_id, cash_cents, items_cents) SELECT 'LT-' || i, 'LD-' || i, 100, 0 FROM n"
    " UNION ALL SELECT 'LW-' || i, 'LD-' || i, 100, 0 FROM n",
    "INSERT INTO settlement (id, processor, batch, settled_on, gross_cents, chargeback_cents, fee_cents, made_at,"
    " made_by) SELECT 'LS-' || i, 'Demo Pay', 'L' || i, :before, 100, 0, 0, :long_ago, 'casey' FROM n",
    "INSERT INTO settled_payment (payment_id, settlement_id) SELECT 'LP-' || i, 'LS-' || i FROM n",
    "INSERT INTO deposit_item (subject, deposit_id, cash_cents, items_cents) SELECT 'LS-' || i, 'LD-' || i, 0, 100 FROM n",
    "INSERT INTO counter_receipt (number, request_id, account_id, amount_cents, tendered_cents, change_cents, channel,"
    " issued_at, issued_by) SELECT 'LC-' || i, 'LC-' || i, :first + i, 100, 100, 0, 'counter', :long_ago, 'casey' FROM n",
    "INSERT INTO payment_tender (payment_id, receipt_number, kind, amount_cents)"
    " SELECT 'LP-' || i, 'LC-' || i, 'cash', 100 FROM n",
    "INSERT INTO payment_batch (id, channel, control_count, control_cents, opened_at, opened_by, state, closed_at,"
    " closed_by) SELECT 'LB-' || i, 'mail', 1, 100, :long_ago, 'casey', 'closed', :long_ago, 'casey' FROM n",
)
"""What the cash office made of that money: counted, signed and at the bank."""
_ORDER = (
    "INSERT INTO work_order (number, type, state, priority, service_point_id, account_id, planned_minutes,"
    " technician_id, epoch, requested_at, requested_by, no_charge, pinned, version, route_day, finished_at, outcome,"
    " due_until, task_params, extra, cancel_params)"
)
_WORK = (
    f"{_ORDER} SELECT 'H' || i, 'reread', 'closed', 50, :first + i, :first + i, 15, 't01', 1, :long_ago, 'carla',"
    " false, false, 1, :before, :long_ago, 'completed', :long_ago, '{}', '{\"flag_reason\": \"high\"}', '{}' FROM n",
    f"{_ORDER} SELECT 'O' || i, 'reread', 'approved', 50, :first + i, :first + i, 15, NULL, 0, :now, 'carla',"
    " false, false, 1, NULL, NULL, NULL, :now, '{}', '{\"flag_reason\": \"high\"}', '{}'"
    f" FROM n WHERE i <= {OPEN}",
    f"{_ORDER} SELECT 'D' || i, 'reread', 'dispatched', 50, :first + i, :first + i, 15, 't01', 1, :now, 'carla',"
    " false, false, 1, :today, NULL, NULL, :now, '{}', '{\"flag_reason\": \"high\"}', '{}'"
    f" FROM n WHERE i BETWEEN {OPEN} AND {OPEN} + {BUSY}",
    "INSERT INTO assignment (order_number, epoch, technician_id, assigned_at, ended_at, end_params)"
    " SELECT 'H' || i, 1, 't01', :long_ago, :long_ago, '{}' FROM n",
    "INSERT INTO assignment (order_number, epoch, technician_id, assigned_at, end_params)"
    f" SELECT 'D' || i, 1, 't01', :now, '{{}}' FROM n WHERE i BETWEEN {OPEN} AND {OPEN} + {BUSY}",
    "INSERT INTO order_event (id, order_number, at, recorded_at, kind, to_state, actor, detail)"
    " SELECT :first + i, 'H' || i, :long_ago, :long_ago, 'completed', 'completed', 't01', '{}' FROM n",
    "INSERT INTO field_event (id, kind, technician_id, device_id, counter, order_number, occurred_at, received_at,"
    " status, ack_code, ack_params, codes, digest, body) SELECT 'event:large:' || i, 'completed', 't01', 'largeaaa', i,"
    " 'H' || i, :long_ago, :long_ago, 'posted', 'ack.noted', '{}', '[]', '', '{}' FROM n",
    "INSERT INTO evidence (id, event_id, name, content_type, digest, length, received)"
    " SELECT :first + i, 'event:large:' || i, 'meter.jpg', 'image/jpeg', '', 0, true FROM n",
    "INSERT INTO exception_case (id, code, order_number, source, opened_at, state, decided_at, decided_by, detail)"
    " SELECT :first + i, 'meter_mismatch', 'H' || i, 'event:large:' || i, :long_ago, 'accepted', :long_ago, 'sam', '{}'"
    " FROM n",
    "INSERT INTO outbox (id, technician_id, topic, key, created_at, published_at)"
    " SELECT :first + i, 't01', 'order', 'H' || i, :long_ago, :long_ago FROM n",
)
_READ = (
    "INSERT INTO read (meter_id, service_point_id, taken_at, value, kind, source, billed, flags)"
    " SELECT :first + i, :first + i, :taken, 4000 * :month, 'actual', 'import:large:' || :month, true, '[]' FROM n"
)
_BUSY = (
    "INSERT INTO service_point (id, number, premise_id, service, size, state)"
    " SELECT 2 * :first + i, 'BS' || i, :first + 1, 'water', '5/8', 'on' FROM n WHERE i <= :most",
    "INSERT INTO service_agreement (id, account_id, service_point_id, start_on)"
    " SELECT 2 * :first + i, :first + 1, 2 * :first + i, :before FROM n WHERE i <= :most",
    "INSERT INTO meter (id, serial, make, service, size, dials, multiplier, unit, status)"
    " SELECT 2 * :first + i, 'BM' || i, 'Demo', 'water', '5/8', 6, 1, 'gal', 'installed' FROM n WHERE i <= :most",
    "INSERT INTO installation (id, meter_id, service_point_id, installed_at, start_read, source)"
    " SELECT 2 * :first + i, 2 * :first + i, 2 * :first + i, :long_ago, 0, 'import:large' FROM n WHERE i <= :most",
    "INSERT INTO read (meter_id, service_point_id, taken_at, value, kind, source, billed, flags)"
    " SELECT 2 * :first + i, 2 * :first + i, :now, 4000, 'actual', 'import:busy', true, '[]' FROM n WHERE i <= :most",
    f"{_ORDER} SELECT 'B' || i, 'reread', 'approved', 50, 2 * :first + i, :first + 1, 15, NULL, 0, :now, 'carla',"
    " false, false, 1, NULL, NULL, NULL, :now, '{}', '{\"flag_reason\": \"high\"}', '{}' FROM n WHERE i <= :most",
    "INSERT INTO order_event (id, order_number, at, recorded_at, kind, to_state, actor, detail)"
    " SELECT 2 * :first + i, 'H1', :long_ago, :long_ago, 'completed', 'completed', 't01', '{}' FROM n WHERE i <= :most",
    "INSERT INTO field_event (id, kind, technician_id, device_id, counter, order_number, occurred_at, received_at,"
    " status, ack_code, ack_params, codes, digest, body) SELECT 'event:busy:' || i, 'completed', 't01', 'busyaaaa', i,"
    " 'H1', :long_ago, :long_ago, 'posted', 'ack.noted', '{}', '[]', '', '{}' FROM n WHERE i <= :most",
    "INSERT INTO evidence (id, event_id, name, content_type, digest, length, received)"
    " SELECT 2 * :first + i, 'event:busy:' || i, 'meter.jpg', 'image/jpeg', '', 0, true FROM n WHERE i <= :most",
    "INSERT INTO exception_case (id, code, order_number, source, opened_at, state, detail)"
    " SELECT 2 * :first + i, 'unknown_order', 'H1', 'event:busy:' || i, :long_ago, 'open', '{}' FROM n"
    " WHERE i <= :most",
    "INSERT INTO payment (id, account_id, amount_cents, channel, received_at, recorded_by)"
    " SELECT 'BP-' || i, :first + 1, 100, 'counter', :now, 'casey' FROM n WHERE i <= :most",
    "INSERT INTO pending_payment (id, account_id, amount_cents, channel, received_at, recorded_at, recorded_by, state)"
    " SELECT 'BPP-' || i, :first + i, 100, 'counter', :now, :now, 'casey', 'pending' FROM n WHERE i <= :most",
    "INSERT INTO quarantine (id, database, document_id, revision, body, code, params, received_at)"
    " SELECT 2 * :first + i, 'tech-t01', 'event:busy:' || i, '1-a', '{}', 'malformed', '{}', :now FROM n"
    " WHERE i <= :most",
    "INSERT INTO technician (id, name, skills, active) SELECT 'b' || i, 'Busy ' || i, '[\"water\"]', true FROM n"
    " WHERE i <= :most",
    "INSERT INTO device (id, name, enrolled_at, last_counter) SELECT 'busydev' || (i % 10), 'Tablet', :now, 0"
    " FROM n WHERE i <= 9",
)

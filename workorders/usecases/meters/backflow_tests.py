"""Tests of backflow assemblies, as certified testers report them."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workorders.grammar.texts import checked_line
from workorders.problems import Problem
from workorders.queries.district import district_of
from workorders.queries.rules_cache import rule_book
from workorders.tables import BackflowDevice, BackflowTest

YEAR_DAYS = 365
"""Where a district's rules say nothing else."""


def record_backflow_test(
    session: Session,
    device_id: int,
    *,
    tested_on: date,
    passed: bool,
    tester: str,
    certificate: str,
    now: datetime,
    actor: str,
) -> BackflowTest:
    """Keep a test. One that passed moves the day of the next by the rule in force on its own day.

    A test that failed leaves the assembly due. Raises Problem `not_found`, `bad_input` naming the field,
    `tested_already` for a second test of a day.
    """
    device = session.get(BackflowDevice, device_id, with_for_update=True)
    if device is None:
        raise Problem("not_found", what="backflow assembly", key=device_id)
    today = district_of(session).day_of(now)
    if not today - timedelta(days=YEAR_DAYS) <= tested_on <= today:
        raise Problem("bad_input", field="tested_on", reason="within the last year, and not ahead")
    tester = checked_line(tester, field="tester", longest=120)
    certificate = checked_line(certificate, field="certificate", longest=60)
    for field, value in (("tester", tester), ("certificate", certificate)):
        if not value:
            raise Problem("bad_input", field=field, reason="it is needed")
    again = select(BackflowTest.id).where(
        BackflowTest.device_id == device.id, BackflowTest.tested_on == tested_on
    )
    if session.scalar(again) is not None:
        raise Problem("tested_already", day=tested_on)
    made = BackflowTest(
        device_id=device.id,
        tested_on=tested_on,
        passed=passed,
        tester=tester,
        certificate=certificate,
        recorded_at=now,
        recorded_by=actor[:80],
    )
    session.add(made)
    if passed:
        rules = rule_book(session).in_force(tested_on)
        days = int(rules.setting("backflow").get("test_days", YEAR_DAYS))
        device.test_due_on = max(device.test_due_on, tested_on + timedelta(days=days))
    session.flush()
    return made

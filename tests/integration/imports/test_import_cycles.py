"""Billing cycles from a file, and back into one."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from server.exports.cycle_file import cycles_csv
from tests.integration.imports.conftest import PREMISES, Load
from workorders.queries.cycles import days_of, periods_of_year
from workorders.tables import BillingCycle, CyclePremise, Premise

HEAD = (
    "cycle,year,period,read_on,bill_on,due_on,"
    "past_due_on,second_past_due_on,late_fee_on,final_on,door_tag_on,cut_on"
)
FILE = (
    f"{HEAD}\r\n"
    "A,2026,1,2026-01-05,2026-01-07,2026-01-28,2026-02-02,,2026-02-17,2026-02-23,,2026-03-04\r\n"
    "A,2026,2,2026-02-03,2026-02-05,2026-02-26,,,,,,\r\n"
    "B,2026,1,2026-01-12,2026-01-14,2026-02-04,2026-02-09,2026-02-24,,,,\r\n"
)


def test_a_file_comes_back_as_it_went_in(load: Load, sessions: sessionmaker[Session]) -> None:
    assert load("billing-cycles", FILE).counts == {"periods": 3, "periods_as_they_were": 0}
    with sessions() as session:
        assert cycles_csv(days_of(one) for one in periods_of_year(session, 2026)) == FILE
    assert load("billing-cycles", FILE).counts == {"periods": 0, "periods_as_they_were": 3}
    assert load("billing-cycles", FILE.replace("2026-03-04", "2026-03-09")).counts["periods"] == 1


def test_premises_belong_to_a_cycle_and_move(load: Load, sessions: sessionmaker[Session]) -> None:
    load("premises", PREMISES)
    report = load("premise-cycles", "premise,cycle\nP-1,A\nP-2,B\n")
    assert report.counts == {"premises_moved": 2, "cycles": 2}
    assert load("premise-cycles", "premise,cycle\nP-2,A\n").counts == {"premises_moved": 1, "cycles": 0}
    with sessions() as session:
        placed = session.execute(
            select(Premise.number, BillingCycle.code)
            .join(CyclePremise, CyclePremise.premise_id == Premise.id)
            .join(BillingCycle, BillingCycle.id == CyclePremise.cycle_id)
            .order_by(Premise.number)
        ).all()
    assert [tuple(one) for one in placed] == [("P-1", "A"), ("P-2", "A")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("A,2026,3,2026-01-05,2026-01-02,2026-01-28,,,,,,", "bill_on"),
        ("A,2026,3,2026-01-05,2026-01-07,2026-01-28,2026-01-20,,,,,", "past_due_on"),
        ("A,2026,3,2026-01-05,2026-01-07,2026-01-28,,,,2026-03-01,,2026-02-28", "cut_on"),
        ("A,2026,0,2026-01-05,2026-01-07,2026-01-28,,,,,,", "period"),
        ("A,1926,3,2026-01-05,2026-01-07,2026-01-28,,,,,,", "year"),
        ("A,2026,3,2023-01-05,2026-01-07,2026-01-28,,,,,,", "read_on"),
        ("A,2026,3,1/5/2026,2026-01-07,2026-01-28,,,,,,", "read_on"),
    ],
)
def test_a_bad_row_is_named_by_column_and_nothing_is_kept(
    load: Load, sessions: sessionmaker[Session], row: str, column: str
) -> None:
    report = load("billing-cycles", f"{FILE}B,2026,2,2026-02-12,2026-02-13,2026-03-04,,,,,,\n{row}\n")
    assert (report.errors[0].row, report.errors[0].column) == (6, column)
    with sessions() as session:
        assert session.scalars(select(BillingCycle)).all() == []


def test_the_same_period_twice_is_refused(load: Load) -> None:
    report = load("billing-cycles", FILE + FILE.splitlines()[1] + "\r\n")
    assert [(one.row, one.column) for one in report.errors] == [(5, "period")]

"""A serial is in exactly one room, whatever office and field do; its way is never rewritten."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW
from workorders.metering.rooms import Place
from workorders.problems import Problem
from workorders.queries.verify_records import record_differences
from workorders.tables import Installation, Meter, MeterMove, StockDifference
from workorders.usecases.meters.counts import explain_difference, finish_count, note_seen, open_count
from workorders.usecases.meters.stock import correct_place, transfer

SERIALS = ("NT011", "NT012", "NT021", "M1", "M2")
PLACES = (Place("in_stock"), Place("in_van", "t01"), Place("in_van", "t02"), Place("held"), Place("retired"))
WHO: dict[str, Any] = {"now": NOW, "actor": "stan"}
NEW = st.sampled_from(SERIALS[:3])


def whole(session: Session) -> list[tuple[Any, ...]]:
    """Every move as it is written."""
    columns = list(MeterMove.__table__.columns)
    return [tuple(row) for row in session.execute(select(*columns).order_by(MeterMove.id))]


class Rooms(RuleBasedStateMachine):
    """The office carries, corrects and counts; tablets exchange and remove."""

    engine: Engine

    @initialize()
    def morning(self) -> None:
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.tablets = {"t01": Tablet("t01"), "t02": Tablet("t02")}
        self.before: list[tuple[Any, ...]] = []

    def act(self, do: Any) -> Any:
        """Done, or refused with nothing written."""
        try:
            with self.session.begin_nested():
                return do()
        except Problem:
            return None

    @rule(serials=st.sets(st.sampled_from(SERIALS), min_size=1), place=st.sampled_from(PLACES))
    def somebody_carries(self, serials: set[str], place: Place) -> None:
        self.act(lambda: transfer(self.session, sorted(serials), place, reason="load", **WHO))

    @rule(serial=st.sampled_from(SERIALS), place=st.sampled_from(PLACES))
    def somebody_corrects(self, serial: str, place: Place) -> None:
        self.act(lambda: correct_place(self.session, serial, place, reason="found there", **WHO))

    @rule(
        place=st.sampled_from(PLACES[:4]),
        seen=st.sets(st.sampled_from((*SERIALS, "ZZ99"))),
        answer=st.sampled_from(("kept", "moved", "lost")),
    )
    def somebody_counts(self, place: Place, seen: set[str], answer: str) -> None:
        count = self.act(lambda: open_count(self.session, place, **WHO))
        if count is None:
            return
        if seen:
            note_seen(self.session, count.id, sorted(seen), **WHO)
        finish_count(self.session, count.id, **WHO)
        query = select(StockDifference).where(StockDifference.count_id == count.id)
        for one in self.session.scalars(query).all():
            done = self.act(
                lambda one=one: explain_difference(
                    self.session, one.id, answer, "looked", now=NOW, actor="sam"
                )
            )
            if done is None:
                explain_difference(self.session, one.id, "kept", "looked", now=NOW, actor="sam")
        assert count.state == "closed"

    @rule(new=NEW, technician=st.sampled_from(("t01", "t02")), household=st.integers(1, 2))
    def a_tablet_exchanges(self, new: str, technician: str, household: int) -> None:
        order = self.act(lambda: world.sent(self.session, "exchange", household, technician))
        if order is not None:
            said = answers.exchange(household, new)
            world.take(self.session, self.tablets[technician].completed(order, said))

    @invariant()
    def each_serial_is_in_one_place(self) -> None:
        if not hasattr(self, "session"):
            return
        for meter in self.session.scalars(select(Meter).execution_options(populate_existing=True)):
            query = select(Installation.id).where(
                Installation.meter_id == meter.id, Installation.removed_at.is_(None)
            )
            points = len(self.session.scalars(query).all())
            elsewhere = meter.status in ("in_stock", "in_van", "held", "retired")
            assert points + elsewhere == 1
            assert (meter.status == "in_van") == (meter.van_technician_id is not None)
        assert [one for one in record_differences(self.session) if one[0].startswith("meter")] == []

    @invariant()
    def history_only_grows(self) -> None:
        if not hasattr(self, "session"):
            return
        now = whole(self.session)
        assert now[: len(self.before)] == self.before
        self.before = now

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.outer.rollback()
            self.connection.close()


def test_a_serial_is_in_one_place_whatever_happens(district_engine: Engine) -> None:
    machine = type("RoomsOf", (Rooms,), {"engine": district_engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_an_exchange_moves_both_meters_with_who_and_when(session: Session) -> None:
    order = world.sent(session, "exchange", 1)
    tablet = Tablet("t01")
    event = tablet.completed(order, answers.exchange(1, "NT011"))
    assert world.take(session, event).status == "posted"
    moves = session.scalars(select(MeterMove).order_by(MeterMove.id)).all()
    assert [(m.meter.serial, m.kind, m.from_room, m.from_van, m.to_room, m.actor) for m in moves] == [
        ("M1", "removed", "installed", None, "retired", "t01"),
        ("NT011", "installed", "in_van", "t01", "installed", "t01"),
    ]
    assert {m.source for m in moves} == {event["_id"]}
    assert world.take(session, event).status == "posted"
    assert len(session.scalars(select(MeterMove)).all()) == 2


def test_a_meter_carried_off_meanwhile_waits_for_a_person(session: Session) -> None:
    order = world.sent(session, "exchange", 1)
    event = Tablet("t01").completed(order, answers.exchange(1, "NT011"))
    transfer(session, ["NT011"], Place("in_van", "t02"), reason="swap", **WHO)
    assert world.take(session, event).status == "review"
    assert "new_meter_not_on_van" in world.cases(session, event["_id"])
    meter = session.scalars(select(Meter).where(Meter.serial == "NT011")).one()
    assert (meter.status, meter.van_technician_id) == ("in_van", "t02")


def test_a_count_is_explained_before_it_is_closed(session: Session) -> None:
    van = Place("in_van", "t01")
    count = open_count(session, van, **WHO)
    with pytest.raises(Problem, match="being counted already"):
        open_count(session, van, **WHO)
    assert note_seen(session, count.id, ["nt011", "NT011", "NT021", "QQ1", "M1"], **WHO) == [
        "M1", "NT011", "NT021", "QQ1",
    ]  # fmt: skip
    finish_count(session, count.id, **WHO)
    found = session.scalars(select(StockDifference).order_by(StockDifference.serial)).all()
    assert {(one.serial, one.kind, one.on_record) for one in found} == {
        ("M1", "unexpected", "installed"),
        ("NT012", "missing", "in_van:t01"),
        ("NT013", "missing", "in_van:t01"),
        ("NT014", "missing", "in_van:t01"),
        ("NT021", "unexpected", "in_van:t02"),
        ("QQ1", "unknown", None),
    }
    by = {one.serial: one.id for one in found}
    refusals = (
        ("NT012", "lost", "gone", "stan", "explains_who_counted"),
        ("NT012", "moved", "gone", "sam", "bad_input"),
        ("NT012", "lost", " ", "sam", "bad_input"),
        ("M1", "moved", "is here", "sam", "meter_not_movable"),
    )
    for serial, answer, words, actor, code in refusals:
        with pytest.raises(Problem) as refused:
            explain_difference(session, by[serial], answer, words, now=NOW, actor=actor)
        assert refused.value.code == code
    for serial, answer in (("NT012", "lost"), ("NT021", "moved")):
        explain_difference(session, by[serial], answer, "looked twice", now=NOW, actor="sam")
    assert count.state == "explaining"
    for serial in ("M1", "NT013", "NT014", "QQ1"):
        explain_difference(session, by[serial], "kept", "looked twice", now=NOW, actor="sam")
    assert (count.state, count.seen, count.expected) == ("closed", 4, 4)
    places = {m.serial: m.status for m in session.scalars(select(Meter))}
    assert (places["NT012"], places["M1"]) == ("retired", "installed")
    moved = session.scalars(select(Meter).where(Meter.serial == "NT021")).one()
    assert moved.van_technician_id == "t01"


@pytest.mark.parametrize("statement", [update(MeterMove).values(reason="x"), delete(MeterMove)])
def test_the_database_keeps_history(session: Session, statement: Any) -> None:
    transfer(session, ["NT011"], Place("in_stock"), reason="x", **WHO)
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(statement)

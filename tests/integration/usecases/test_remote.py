"""Orders that the meter's own switch executes: the rules of the field, answers late, twice, or never."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import DEBT, NOW, TODAY
from workorders.facts import REMOTE_TECHNICIAN
from workorders.ledger import balance, trial_balance
from workorders.problems import Problem
from workorders.queries.roster import roster
from workorders.tables import (
    ExceptionCase,
    FieldEvent,
    JournalEntry,
    Meter,
    Order,
    Read,
    RemoteCommand,
    ServicePointEvent,
)
from workorders.usecases.administration.technicians import TechnicianForm, change_technician
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order
from workorders.usecases.remote.answers import HeadEndAnswer, take_answer
from workorders.usecases.remote.request import remote_technician, request_remote
from workorders.usecases.remote.sending import (
    give_up,
    not_taken,
    ready_to_send,
    silent_commands,
    waiting_commands,
)

MINUTE = timedelta(minutes=1)


def switch(session: Session, *households: int) -> None:
    for meter in session.scalars(select(Meter).where(Meter.serial.in_([f"M{n}" for n in households]))):
        meter.remote_switch = True
    session.flush()


def asked(session: Session, type_: str, household: int = 1, *, at: datetime = NOW) -> tuple[Order, str]:
    """An order given to the switch and sent to the head-end."""
    switch(session, household)
    raised = select(Order).where(Order.type == type_, Order.state == "approved")
    order = session.scalars(raised).first() or world.order(session, type_, household)
    command = request_remote(session, order.number, f"c-{order.number}", now=at, actor="dana")
    assert ready_to_send(session, command.id, now=at) is command
    return order, command.id


def done(command_id: str, *, at: datetime = NOW + MINUTE, **given: Any) -> HeadEndAnswer:
    shown: dict[str, Any] = {"serial": "M1", "read": 149_000} | given
    return HeadEndAnswer(command_id=command_id, status="done", at=at, **shown)


def purposes(session: Session, number: str) -> set[str]:
    return set(session.scalars(select(JournalEntry.purpose).where(JournalEntry.order_number == number)))


def test_a_remote_cut_is_judged_as_one_in_the_field_without_the_fee_for_a_visit(session: Session) -> None:
    order, command_id = asked(session, "disconnect_np")
    assert (order.technician_id, order.state) == (REMOTE_TECHNICIAN, "dispatched")
    answer = done(command_id)
    command = take_answer(session, answer, now=NOW + 2 * MINUTE)
    assert (command.state, order.state, order.outcome) == ("done", "completed", "completed")
    event = session.get_one(FieldEvent, command.event_id)
    assert (event.status, event.technician_id, event.codes) == ("posted", REMOTE_TECHNICIAN, [])
    assert world.point(session, 1).state == "off_np"
    assert session.scalars(select(Read.value).where(Read.source == command.event_id)).one() == 149_000
    assert "fee_field_visit" not in purposes(session, order.number)
    assert balance(session, "AR", "A1") == DEBT
    refusal = HeadEndAnswer(command_id=command_id, status="refused", at=NOW)
    for late in (answer, done(command_id, read=1), refusal):
        assert take_answer(session, late, now=NOW + 30 * MINUTE).event_id == command.event_id
    assert session.scalar(select(func.count()).where(FieldEvent.technician_id == REMOTE_TECHNICIAN)) == 1


@pytest.mark.parametrize(
    ("type_", "state", "before"),
    [
        ("reconnect", "on", "off_np"),
        ("turn_on", "on", "off"),
        ("turn_off", "off", "on"),
        ("reread", "on", "on"),
    ],
)
def test_every_kind_that_a_switch_can_do(session: Session, type_: str, state: str, before: str) -> None:
    if before != "on":
        world.off(session, 1, before)
        record_payment(session, "P-0", "A1", DEBT, "counter", now=NOW - MINUTE, actor="casey")
    order, command_id = asked(session, type_)
    command = take_answer(session, done(command_id, read=148_000), now=NOW + 2 * MINUTE)
    assert world.point(session, 1).state == state
    event = session.get_one(FieldEvent, command.event_id)
    assert "answers_unusable" not in event.codes
    assert order.state in ("completed", "exception")


def test_the_rules_of_a_cut_hold_when_it_is_asked_for_and_again_when_it_is_sent(session: Session) -> None:
    switch(session, 1)
    order = world.order(session, "disconnect_np", 1)
    night = NOW + timedelta(hours=10)
    with pytest.raises(Problem) as refused:
        request_remote(session, order.number, "c-night", now=night, actor="dana")
    assert refused.value.code == "cut_not_allowed"
    assert order.state == "approved"
    request_remote(session, order.number, "c-day", now=NOW, actor="dana")
    # The head-end was away until after the last hour of the day.
    assert ready_to_send(session, "c-day", now=NOW + timedelta(hours=8)) is None
    command = session.get_one(RemoteCommand, "c-day")
    assert (command.state, command.why, order.state) == ("withdrawn", "not_allowed", "recalled")


def test_a_payment_takes_a_command_back_that_was_not_sent(session: Session) -> None:
    switch(session, 1)
    order = world.order(session, "disconnect_np", 1)
    request_remote(session, order.number, "c-1", now=NOW, actor="dana")
    record_payment(session, "P-1", "A1", DEBT, "counter", now=NOW + MINUTE, actor="casey")
    assert order.state == "cancelled"
    assert ready_to_send(session, "c-1", now=NOW + 2 * MINUTE) is None
    assert session.get_one(RemoteCommand, "c-1").state == "withdrawn"


def test_a_payment_after_it_was_sent_makes_the_cut_wrongful_and_restores(session: Session) -> None:
    order, command_id = asked(session, "disconnect_np")
    record_payment(session, "P-1", "A1", DEBT, "counter", now=NOW + MINUTE, actor="casey")
    take_answer(session, done(command_id, at=NOW + 3 * MINUTE), now=NOW + 4 * MINUTE)
    assert order.outcome == "completed_after_cancel"
    raised = session.scalars(select(Order).where(Order.follows_number == order.number)).all()
    assert "reconnect" in {one.type for one in raised}


def test_a_silent_command_goes_back_to_people_and_its_late_answer_counts(session: Session) -> None:
    order, command_id = asked(session, "disconnect_np")
    assert silent_commands(session, now=NOW + 14 * MINUTE) == []
    late = NOW + 16 * MINUTE
    assert silent_commands(session, now=late) == [command_id]
    give_up(session, command_id, now=late)
    give_up(session, command_id, now=late)
    assert (session.get_one(RemoteCommand, command_id).state, order.state) == ("silent", "recalled")
    case = session.scalars(select(ExceptionCase).where(ExceptionCase.code == "remote_silent")).one()
    assert case.detail["serial"] == "M1"
    assign_order(session, order.number, "t01", route_day=TODAY, now=late, actor="dana")
    take_answer(session, done(command_id, at=NOW + 2 * MINUTE), now=NOW + 40 * MINUTE)
    assert order.state == "completed"
    assert order.technician_id is None
    assert world.point(session, 1).state == "off_np"


def test_both_switched_and_visited_is_one_cut(session: Session) -> None:
    order, command_id = asked(session, "disconnect_np")
    give_up(session, command_id, now=NOW + 16 * MINUTE)
    assign_order(session, order.number, "t01", route_day=TODAY, now=NOW + 16 * MINUTE, actor="dana")
    world.take(session, Tablet("t01").completed(order, answers.cut(1)))
    take_answer(session, done(command_id, at=NOW + 2 * MINUTE), now=world.LATER)
    states = session.scalars(
        select(ServicePointEvent.state).where(ServicePointEvent.order_number == order.number)
    ).all()
    assert states == ["off_np"]
    assert order.state == "completed"


@pytest.mark.parametrize("status", ["refused", "unreachable"])
def test_what_was_not_done_goes_back_to_the_dispatcher(session: Session, status: str) -> None:
    order, command_id = asked(session, "reread")
    answer = HeadEndAnswer(command_id=command_id, status=status, at=NOW)
    command = take_answer(session, answer, now=NOW + MINUTE)
    assert (command.state, command.why, order.state) == ("refused", status, "recalled")
    again = request_remote(session, order.number, "c-again", now=NOW + 2 * MINUTE, actor="dana")
    assert again.epoch > command.epoch
    take_answer(session, answer, now=NOW + 3 * MINUTE)
    assert order.state == "dispatched"


def test_another_meter_than_the_installed_one_waits_for_a_person(session: Session) -> None:
    order, command_id = asked(session, "reread")
    command = take_answer(session, done(command_id, serial="NT011"), now=NOW + 2 * MINUTE)
    assert session.get_one(FieldEvent, command.event_id).status == "review"
    assert order.state == "exception"


def test_what_cannot_be_executed_remotely_is_said(session: Session) -> None:
    order = world.order(session, "reread", 1)
    with pytest.raises(Problem) as plain:
        request_remote(session, order.number, "c-1", now=NOW, actor="dana")
    assert plain.value.code == "no_remote_switch"
    switch(session, 1, 2, 3)
    swap = world.order(session, "exchange", 2)
    with pytest.raises(Problem) as kind:
        request_remote(session, swap.number, "c-2", now=NOW, actor="dana")
    assert kind.value.code == "no_remote_switch"
    driving = world.sent(session, "reread", 3)
    with pytest.raises(Problem) as sent:
        request_remote(session, driving.number, "c-3", now=NOW, actor="dana")
    assert sent.value.code == "illegal_transition"
    first = request_remote(session, order.number, "c-4", now=NOW, actor="dana")
    assert request_remote(session, order.number, "c-4", now=NOW, actor="dana") is first
    with pytest.raises(Problem) as twice:
        request_remote(session, order.number, "c-5", now=NOW, actor="dana")
    assert twice.value.code == "remote_under_way"


def test_only_the_switch_is_excused_from_what_a_person_answers(session: Session) -> None:
    order = world.sent(session, "disconnect_np", 1)
    said = {"cut_made": True, "proof_shown": False, "serial_seen": "M1", "read": 149_000}
    event = Tablet("t01").completed(order, said)
    event["body"]["remote"] = {"command": "c-1"}
    world.take(session, event)
    assert {"answers_unusable", "photo_missing"} <= world.cases(session, event["_id"]).keys()


class Switches(RuleBasedStateMachine):
    """Commands sent, lost, refused and answered in any order: each order is done once at most."""

    engine: Engine

    @initialize()
    def morning(self) -> None:
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        switch(self.session, 1, 2, 3)
        self.now = NOW
        self.orders = [
            world.order(self.session, kind, n).number
            for n, kind in ((1, "disconnect_np"), (2, "reread"), (3, "turn_off"))
        ]
        self.commands: list[str] = []

    def act(self, do: Any) -> None:
        self.now += MINUTE
        try:
            with self.session.begin_nested():
                do()
        except Problem:
            return

    @rule(which=st.integers(0, 2))
    def somebody_asks(self, which: int) -> None:
        name = f"c-{len(self.commands)}"
        self.act(lambda: request_remote(self.session, self.orders[which], name, now=self.now, actor="dana"))
        if self.session.get(RemoteCommand, name) is not None:
            self.commands.append(name)

    @rule(taken=st.booleans())
    def the_worker_sends(self, taken: bool) -> None:
        for one in waiting_commands(self.session):
            if ready_to_send(self.session, one, now=self.now) is not None and not taken:
                not_taken(self.session, one)

    @rule(which=st.integers(0, 9), status=st.sampled_from(("done", "done", "refused", "unreachable")))
    def the_head_end_answers(self, which: int, status: str) -> None:
        if not self.commands:
            return
        command = self.session.get_one(RemoteCommand, self.commands[which % len(self.commands)])
        if command.tries == 0:
            return
        serial = self.session.get_one(Meter, command.meter_id).serial
        read = 149_000 if status == "done" else None
        given = HeadEndAnswer(command_id=command.id, status=status, at=self.now, serial=serial, read=read)
        self.act(lambda: take_answer(self.session, given, now=self.now))

    @rule(minutes=st.sampled_from((5, 20)))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        for one in silent_commands(self.session, now=self.now):
            give_up(self.session, one, now=self.now)

    @rule(which=st.integers(0, 2))
    def the_office_cancels(self, which: int) -> None:
        number = self.orders[which]
        self.act(lambda: cancel_order(self.session, number, reason="x", now=self.now, actor="carla"))

    @invariant()
    def each_answer_counts_once(self) -> None:
        if not hasattr(self, "session"):
            return
        rows: Iterable[RemoteCommand] = self.session.scalars(select(RemoteCommand)).all()
        events = [one.event_id for one in rows if one.event_id is not None]
        assert len(events) == len(set(events))
        kept = set(self.session.scalars(select(FieldEvent.id)))
        assert set(events) == kept
        waiting = [one.order_number for one in rows if one.state in ("waiting", "sent")]
        assert len(waiting) == len(set(waiting))
        for one in rows:
            assert one.state != "withdrawn" or one.answered_at is None
        assert sum(trial_balance(self.session).values()) == 0

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.outer.rollback()
            self.connection.close()


def test_whatever_the_head_end_does_each_command_counts_once(district_engine: Engine) -> None:
    machine = type("SwitchesOf", (Switches,), {"engine": district_engine})
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


def test_nobody_is_assigned_planned_or_enrolled_in_the_name_of_the_switch(session: Session) -> None:
    """An order given to it by name would lie on no tablet, with nobody."""
    switch = remote_technician(session)
    assert not switch.active
    waiting = world.order(session, "reread", 2)
    with pytest.raises(Problem) as refused:
        assign_order(session, waiting.number, switch.id, route_day=TODAY, now=NOW, actor="dana")
    assert refused.value.code == "not_found"
    with pytest.raises(Problem):
        change_technician(session, switch.id, TechnicianForm(name="Switch"), now=NOW, actor="ada")
    assert all(one.technician.id != switch.id for one in roster(session, TODAY)[1])


@pytest.mark.parametrize("read", [-1, 10**25])
def test_a_read_that_no_dials_show_hides_nothing_of_the_switching(session: Session, read: int) -> None:
    order, command_id = asked(session, "disconnect_np")
    command = take_answer(session, done(command_id, read=read), now=NOW + 2 * MINUTE)
    assert command.state == "done"
    assert command.answer is not None
    assert command.answer["read"] == read
    event = session.get_one(FieldEvent, command.event_id)
    assert session.scalars(select(Read.value).where(Read.source == event.id)).all() == []
    assert world.point(session, 1).state == "off_np" or world.cases(session, event.id)
    assert order.state in ("completed", "exception")


@pytest.mark.parametrize(
    "odd",
    [
        {"at": NOW.replace(tzinfo=None)},
        {"at": NOW.replace(year=1960)},
        {"serial": "x" * 200},
        {"serial": "M\x001"},
        {"status": " Done"},
        {"registers": {"peak\x00": 5, "": 1, "x" * 300: 1}},
    ],
)
def test_an_odd_part_of_an_answer_hides_nothing(session: Session, odd: dict[str, Any]) -> None:
    _order, command_id = asked(session, "disconnect_np")
    command = take_answer(session, replace(done(command_id), **odd), now=NOW + 2 * MINUTE)
    assert command.state == "done"
    event = session.get_one(FieldEvent, command.event_id)
    assert world.point(session, 1).state == "off_np" or world.cases(session, event.id)


@pytest.mark.parametrize("before", ["unreachable", "refused"])
def test_a_meter_that_switched_after_all_is_believed(session: Session, before: str) -> None:
    order, command_id = asked(session, "disconnect_np")
    take_answer(session, HeadEndAnswer(command_id=command_id, status=before, at=NOW), now=NOW + MINUTE)
    assert order.state == "recalled"
    command = take_answer(session, done(command_id), now=NOW + 10 * MINUTE)
    assert (command.state, command.event_id is not None) == ("done", True)
    assert world.point(session, 1).state == "off_np" or world.cases(session, str(command.event_id))


def test_nothing_is_sent_once_its_time_is_over(session: Session) -> None:
    switch(session, 1)
    order = world.order(session, "reread", 1)
    command = request_remote(session, order.number, "c-late", now=NOW, actor="dana")
    late = command.deadline_at + MINUTE
    assert ready_to_send(session, command.id, now=late) is None
    give_up(session, command.id, now=late)
    assert (command.state, command.why) == ("refused", "unreachable"), "it certainly switched nothing"


def test_the_id_of_another_orders_command_is_refused(session: Session) -> None:
    _order, command_id = asked(session, "reread")
    other = world.order(session, "reread", 2)
    with pytest.raises(Problem) as refused:
        request_remote(session, other.number, command_id, now=NOW, actor="dana")
    assert refused.value.details["field"] == "command_id"

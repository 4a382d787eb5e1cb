"""The life of an order: only listed pairs move it, and facts from the field are never refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from workorders.catalogue import CATALOGUE
from workorders.judgement.lifecycle import (
    ACTIVE,
    FIELD_COMMANDS,
    IN_FIELD,
    TRANSITIONS,
    Command,
    State,
    after_fact,
    document_state,
    move,
)
from workorders.judgement.traits import Meeting, meeting
from workorders.messages.words import state_title
from workorders.problems import Problem

WIRE_STATES = {"dispatched", "cancelled", "recalled", "suspended", "completed", "exception", "closed"}
DONE = [Command.COMPLETE, Command.COMPLETE_WITH_EXCEPTION]


def test_the_office_way_from_request_to_close() -> None:
    state: str = State.REQUESTED
    for command in ("approve", "schedule", "assign", "dispatch", "acknowledge", "travel", "arrive", "start"):
        state = move(state, command)
    assert move(move(state, "complete"), "close") is State.CLOSED
    assert move(move(state, "complete_with_exception"), "accept") is State.COMPLETED
    assert move(move(state, "complete_with_exception"), "reject") is State.REJECTED
    assert move(move(state, "report_unable"), "assign") is State.ASSIGNED


@given(st.sampled_from(list(State)), st.sampled_from(list(Command)))
def test_an_absent_pair_is_a_problem_and_leaves_a_fact_without_effect(state: State, command: Command) -> None:
    if (state, command) in TRANSITIONS:
        assert move(state, command) is after_fact(state, command) is TRANSITIONS[state, command]
        return
    assert after_fact(state, command) is state
    with pytest.raises(Problem) as refused:
        move(state, command)
    assert refused.value.code == "illegal_transition"
    assert refused.value.details == {"state": state, "command": command}


def test_words_that_are_no_state_or_command_are_a_problem() -> None:
    for pair in (("nowhere", "approve"), ("requested", "fly")):
        with pytest.raises(Problem):
            move(*pair)


@pytest.mark.parametrize(
    "state", [s for s in State if s not in {State.COMPLETED, State.CLOSED, State.EXCEPTION}]
)
@pytest.mark.parametrize("command", DONE)
def test_what_was_done_is_done_whatever_the_office_decided_meanwhile(state: State, command: Command) -> None:
    assert after_fact(state, command) in {State.COMPLETED, State.EXCEPTION}


@given(st.lists(st.sampled_from(sorted(FIELD_COMMANDS)), max_size=6), st.sampled_from(DONE))
def test_late_progress_never_undoes_a_completion(late: list[str], done: Command) -> None:
    state = after_fact(State.DISPATCHED, done)
    for kind in late:
        state = after_fact(state, FIELD_COMMANDS[kind])
    assert state in {State.COMPLETED, State.EXCEPTION}


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words_and_a_place_in_documents(state: State) -> None:
    assert document_state(state) in WIRE_STATES
    assert state_title(state) != state.value


def test_closed_and_superseded_work_is_not_active() -> None:
    assert {State.CLOSED, State.CANCELLED, State.SUPERSEDED, State.COMPLETED, State.REJECTED}.isdisjoint(
        ACTIVE
    )
    assert IN_FIELD < ACTIVE


@pytest.mark.parametrize(
    ("new", "active", "same", "expected"),
    [
        ("turn_on", "disconnect_np", False, Meeting.SUPERSEDES),
        ("turn_on", "reconnect", False, Meeting.SUPERSEDES),
        ("turn_on", "turn_off", False, Meeting.BESIDE),
        ("turn_off", "turn_on", False, Meeting.BESIDE),
        ("turn_on", "disconnect_np", True, Meeting.REFUSED),
        ("turn_off", "disconnect_np", True, Meeting.SUPERSEDES),
        ("reconnect", "disconnect_np", True, Meeting.SUPERSEDES),
        ("disconnect_np", "turn_off", True, Meeting.REFUSED),
        ("turn_on", "turn_on", True, Meeting.REFUSED),
    ],
)
def test_the_newer_customers_event_wins_at_a_service_point(
    new: str, active: str, same: bool, expected: Meeting
) -> None:
    assert meeting(CATALOGUE[new], CATALOGUE[active], same_account=same) is expected


class Life(RuleBasedStateMachine):
    """An order through any commands and facts: its state is always reached by a listed pair."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.REQUESTED
        self.reached = True

    @rule(command=st.sampled_from(list(Command)))
    def office(self, command: Command) -> None:
        before = self.state
        try:
            self.state = move(before, command)
        except Problem:
            self.reached = (before, command) not in TRANSITIONS
        else:
            self.reached = TRANSITIONS.get((before, command)) is self.state

    @rule(command=st.sampled_from(list(Command)))
    def field(self, command: Command) -> None:
        before = self.state
        self.state = after_fact(before, command)
        self.reached = self.state is before or TRANSITIONS.get((before, command)) is self.state

    @invariant()
    def only_listed_pairs(self) -> None:
        assert self.reached
        assert self.state in State

    @invariant()
    def closed_is_the_end(self) -> None:
        if self.state is State.CLOSED:
            assert not [c for c in Command if (State.CLOSED, c) in TRANSITIONS]


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)

"""What becomes of an order whose report a supervisor judges; several plain cases at once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import LATER, cases, take
from workorders.judgement.lifecycle import Command
from workorders.problems import Problem
from workorders.queries.case_choices import choices_of
from workorders.tables import Assignment, ExceptionCase, Order
from workorders.usecases.field.decisions import decide_exception, note_plain_cases
from workorders.usecases.orders.assignment import assign_order
from workorders.usecases.orders.cancel import cancel_order


def decide(session: Session, source: str, *, accept: bool) -> None:
    for case in cases(session, source).values():
        decide_exception(session, case.id, accept=accept, words="seen", now=LATER, actor="sam")
    session.commit()


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("reason", ["wrong_meter", "unsafe"])
@pytest.mark.parametrize("type_", ["reread", "turn_off", "disconnect_np"])
def test_work_that_was_not_done_goes_back_to_the_dispatcher(
    session: Session, type_: str, reason: str, accept: bool
) -> None:
    order, tablet = world.sent(session, type_, 1), Tablet()
    visit = tablet.unable(order, reason, at=LATER)
    take(session, visit)
    assert order.state == "exception"
    [choice] = choices_of(session, list(cases(session, visit["_id"]).values()))
    assert (choice.accepted, choice.rejected) == (Command.APPROVE, Command.APPROVE)
    decide(session, visit["_id"], accept=accept)
    assert (order.state, order.technician_id) == ("approved", None)
    assert session.get_one(Assignment, (order.number, 1)).ended_at == LATER
    assign_order(session, order.number, "t02", route_day=world.TODAY, now=LATER, actor="dana")
    assert (order.state, order.technician_id, order.epoch) == ("dispatched", "t02", 2)


def test_a_cancelled_order_is_not_brought_back_by_a_visit_that_failed(session: Session) -> None:
    order, tablet = world.sent(session, "reread", 1), Tablet()
    cancel_order(session, order.number, reason="asked for", now=LATER, actor="carla")
    visit = tablet.unable(order, "unsafe", at=LATER)
    take(session, visit)
    decide(session, visit["_id"], accept=True)
    assert order.state == "completed"


def test_the_choice_says_what_happens_and_then_it_happens(session: Session) -> None:
    """A read of another meter: the report is accepted, or it is not."""
    order, tablet = world.sent(session, "reread", 1), Tablet()
    document = tablet.completed(order, answers.reread(1, 145_000) | {"serial_seen": "SOMETHING"})
    take(session, document)
    [choice] = [
        one for one in choices_of(session, list(cases(session, document["_id"]).values())) if one.blocking
    ]
    assert (choice.accepted, choice.rejected) == (Command.ACCEPT, Command.REJECT)
    assert choice.report is not None
    assert "SOMETHING" in {value.value for value in choice.report.values}
    decide_exception(session, choice.case.id, accept=True, words="seen", now=LATER, actor="sam")
    assert order.state == "completed"


def refused_by(session: Session, household: int, tablet: Tablet) -> ExceptionCase:
    """A case on which nothing hangs: the customer refused the work."""
    visit = tablet.unable(world.sent(session, "turn_off", household), "customer_refused", at=LATER)
    take(session, visit)
    return cases(session, visit["_id"])["refused"]


def test_plain_cases_are_noted_together(session: Session) -> None:
    tablet = Tablet()
    found = [refused_by(session, household, tablet) for household in (1, 2)]
    assert all(choice.is_plain for choice in choices_of(session, found))
    numbers = [case.id for case in found]
    decide_exception(session, numbers[0], accept=False, words="no", now=LATER, actor="sue")
    assert note_plain_cases(session, numbers, words="called them", now=LATER, actor="sam") == 1
    decided = session.scalars(select(ExceptionCase).order_by(ExceptionCase.id)).all()
    assert [(case.state, case.decided_by) for case in decided] == [("rejected", "sue"), ("accepted", "sam")]


@pytest.mark.parametrize("words", ["called", ""])
def test_what_holds_an_order_is_never_noted_in_passing(session: Session, words: str) -> None:
    order, tablet = world.sent(session, "reread", 1), Tablet()
    visit = tablet.unable(order, "unsafe", at=LATER)
    take(session, visit)
    [case] = cases(session, visit["_id"]).values()
    session.commit()
    with pytest.raises(Problem) as refused:
        note_plain_cases(session, [case.id], words=words, now=LATER, actor="sam")
    assert (refused.value.code, refused.value.details["field"]) == ("bad_input", "case")
    assert session.get_one(Order, order.number).state == "exception"
    with pytest.raises(Problem, match="tick"):
        note_plain_cases(session, [], words=words, now=LATER, actor="sam")

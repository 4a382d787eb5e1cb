"""Executing an order remotely from its page, with the simulated head-end of the demo."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from demo.headend import Manner, SimulatedHeadEnd
from server import headend
from server.headend import remote_round
from server.services import Services
from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.office.test_meter_pages import page
from workorders.tables import Meter, Order, RemoteCommand, WorkerLoop
from workorders.usecases.remote.answers import take_answer


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = morning.CLOCK

    def __call__(self) -> object:
        return self.now


def joined(office: Office, monkeypatch: pytest.MonkeyPatch, manner: Manner) -> tuple[Services, Clock]:
    """The services of a worker with a head-end that answers in one manner."""
    clock = Clock()
    given = office.services
    services = Services(
        given.config,
        given.engine,
        given.sessions,
        given.read_sessions,
        given.store,
        clock,  # type: ignore[arg-type]
    )
    made = SimulatedHeadEnd(services, manners={"M1": manner})
    monkeypatch.setattr(headend, "head_end_of", lambda _services: made)
    with given.sessions.begin() as session:
        session.execute(update(Meter).where(Meter.serial == "M1").values(remote_switch=True))
    return services, clock


def state(office: Office, number: str) -> tuple[str, list[str]]:
    with office.services.read_sessions() as session:
        commands = select(RemoteCommand.state).where(RemoteCommand.order_number == number)
        order = session.get_one(Order, number)
        return order.state, list(session.scalars(commands.order_by(RemoteCommand.requested_at)))


@pytest.mark.parametrize("times", [1, 2])
def test_an_order_is_executed_from_its_page(
    office: Office, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    services, clock = joined(office, monkeypatch, Manner(times=times))
    number = office.numbers["waiting"]
    assert "Execute remotely" in page(office, f"/csr/orders/{number}", "dana")
    path = f"/dispatch/remote/orders/{number}"
    assert office.post("dana", path, command_id="c1").status_code == 302
    assert office.post("dana", path, command_id="c1").status_code == 302
    assert "Execute remotely" not in page(office, f"/csr/orders/{number}", "dana")
    assert remote_round(services) == 1
    assert state(office, number) == ("dispatched", ["sent"])
    assert number in page(office, "/dispatch/remote", "dana")
    clock.now += timedelta(seconds=10)
    assert remote_round(services) == times
    assert state(office, number)[1] == ["done"]
    assert state(office, number)[0] in ("completed", "exception")
    assert "Carried out" in page(office, f"/csr/orders/{number}", "carla")
    assert remote_round(services) == 0


def test_without_an_answer_it_comes_back_and_a_late_answer_counts(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, clock = joined(office, monkeypatch, Manner(after=timedelta(minutes=20)))
    number = office.numbers["waiting"]
    office.post("dana", f"/dispatch/remote/orders/{number}", command_id="c1")
    remote_round(services)
    clock.now += timedelta(minutes=16)
    remote_round(services)
    assert state(office, number) == ("recalled", ["silent"])
    assert "may have been carried out" in page(office, "/dispatch/remote", "dana")
    clock.now += timedelta(minutes=5)
    remote_round(services)
    assert state(office, number)[1] == ["done"]


def test_a_head_end_that_is_away_gets_it_later_or_never(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, clock = joined(office, monkeypatch, Manner(away=True))
    number = office.numbers["waiting"]
    office.post("dana", f"/dispatch/remote/orders/{number}", command_id="c1")
    remote_round(services)
    assert state(office, number) == ("dispatched", ["waiting"])
    assert office.post("dana", "/dispatch/remote/c1/end").status_code == 302
    assert state(office, number) == ("recalled", ["refused"])
    clock.now += timedelta(minutes=30)
    assert remote_round(services) == 0


def test_who_may_not_dispatch_sees_no_button(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    joined(office, monkeypatch, Manner())
    number = office.numbers["waiting"]
    assert "Execute remotely" not in page(office, f"/csr/orders/{number}", "casey")
    assert office.post("casey", f"/dispatch/remote/orders/{number}", command_id="c").status_code == 403
    assert office.post("dana", f"/dispatch/remote/orders/{office.numbers['held']}").status_code == 409


def test_an_answer_on_which_the_program_fails_holds_up_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, clock = joined(office, monkeypatch, Manner(times=2))
    number = office.numbers["waiting"]
    office.post("dana", f"/dispatch/remote/orders/{number}", command_id="c1")
    remote_round(services)
    clock.now += timedelta(seconds=10)
    failures = iter([RuntimeError("a fault of the program")])

    def fails_once(*given: Any, **named: Any) -> RemoteCommand:
        for failure in failures:
            raise failure
        return take_answer(*given, **named)

    monkeypatch.setattr(headend, "take_answer", fails_once)
    assert remote_round(services) == 1, "the one behind it was taken"
    assert state(office, number)[1] == ["done"]
    assert remote_round(services) == 1, "and it was given again"
    with services.read_sessions() as session:
        assert session.get_one(WorkerLoop, "remote").failures == 1


def test_a_head_end_that_fails_keeps_no_order(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    services, clock = joined(office, monkeypatch, Manner(times=0))
    number = office.numbers["waiting"]
    office.post("dana", f"/dispatch/remote/orders/{number}", command_id="c1")
    remote_round(services)
    made = headend.head_end_of(services)

    def down() -> None:
        raise OSError("down")

    monkeypatch.setattr(made, "answers", down)
    clock.now += timedelta(minutes=16)
    remote_round(services)
    assert state(office, number) == ("recalled", ["silent"])

"""What was done at a service point before is on the order that is sent there next, on both engines."""

from sqlalchemy.orm import Session

from sync.pipeline.render import render
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, take
from workorders.tables import Order


def history(session: Session, order: Order) -> list[tuple[str, str, str]]:
    found = render(session, "t01", {("order", order.number): 1}, now=NOW)
    return [(one["number"], one["type"], one["outcome"]) for one in found[f"order:{order.number}"]["history"]]


def test_the_newest_finished_orders_of_the_point_are_shown(session: Session) -> None:
    tablet = Tablet()
    done = []
    for _ in range(6):
        reread = world.sent(session, "reread", 1)
        assert take(session, tablet.completed(reread, answers.reread(1))).status in {"posted", "review"}
        done.append(reread)
    elsewhere = world.sent(session, "reread", 2)
    assert history(session, elsewhere) == []
    following = world.sent(session, "turn_off", 1)
    shown = history(session, following)
    assert len(shown) == 5
    assert {kind for _, kind, _ in shown} == {"reread"}
    assert {number for number, _, _ in shown} <= {order.number for order in done}
    assert all(outcome for _, _, outcome in shown)

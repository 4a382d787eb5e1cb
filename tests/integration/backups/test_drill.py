"""The drill: a backup under load, a day that goes on, a restore, and real PouchDB tablets that come back."""

import threading
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from demo.played_day.tablets import Tablets, open_tablets
from mobile_api import devices
from mobile_api.tables import Device
from server.backups.restoring import restore_backup
from server.backups.taking import take_backup
from server.config import Config
from server.services import utc_now
from tests.integration.backups.district import Serving, build
from tests.integration.usecases import answers
from tests.integration.usecases.world import TODAY
from workorders.queries.verify import verify_ledger
from workorders.tables import ExceptionCase, Order, Payment, ReceiptBlock
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.orders.assignment import set_route
from workorders.usecases.orders.cancel import cancel_order

PATIENCE_MS = 40_000
CREW = ("t01", "t02")


class Load:
    """Payments at the counter, one after the other, each noted once it is confirmed."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.confirmed: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pay)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        self._thread.join()

    def _pay(self) -> None:
        for number in count():
            if self._over.is_set():
                return
            with self.serving.services.sessions.begin() as session:
                record_payment(session, f"p{number}", "A6", 1, "counter", now=utc_now(), actor="cashier")
            self.confirmed.append(f"p{number}")
            self._over.wait(0.01)


def enrol(serving: Serving, tablets: Tablets, technician: str) -> str:
    made = tablets.do("enrol", tablet=technician, name=technician, code=serving.code(technician))
    tablets.do("online", tablet=technician)
    return str(made["device"])


def wait(tablets: Tablets, technician: str, *wanted: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tablets.do("wait", tablet=technician, wanted=list(wanted), ms=PATIENCE_MS)
    return found


def report(tablets: Tablets, technician: str, order: str, event: str, body: Any = None) -> str:
    written = tablets.do("write", tablet=technician, event=event, order=order, body=body or {})
    return str(written["_id"])


def completed(household: int) -> dict[str, Any]:
    now = utc_now().isoformat()
    return {
        "outcome": "completed",
        "arrived_at": now,
        "started_at": now,
        "finished_at": now,
        "answers": answers.reread(household),
    }


class Day:
    """What happened before and after the backup, as a human would note it."""

    def __init__(self, serving: Serving, tablets: Tablets) -> None:
        self.serving, self.tablets = serving, tablets
        self.known = {technician: enrol(serving, tablets, technician) for technician in CREW}
        self.stale = serving.dispatch("disconnect_np", 1, "t01")
        self.done = serving.dispatch("reread", 2, "t02")
        wait(tablets, "t01", {"_id": f"order:{self.stale}", "state": "dispatched"})
        wait(tablets, "t02", {"_id": f"order:{self.done}"})
        self.early = {
            report(tablets, "t01", self.stale, "acknowledged"),
            report(tablets, "t02", self.done, "en_route"),
        }
        serving.wait_for(self.early)

    def back_up_under_load(self, folder: Path) -> list[str]:
        """Take the backup while payments come in; those confirmed before it."""
        with Load(self.serving) as load:
            while len(load.confirmed) < 5:
                threading.Event().wait(0.01)
            confirmed = list(load.confirmed)
            assert take_backup(self.serving.config, folder, clock=utc_now).photos_lacking == ()
        return confirmed

    def go_on(self) -> None:
        """What the backup does not have: revisions of the cut, an order, work, cash, a tablet, a loss."""
        serving, tablets = self.serving, self.tablets
        for place in range(2, 8):
            with serving.services.sessions.begin() as session:
                set_route(session, "t01", TODAY, [self.stale], now=utc_now(), actor="d", first=place)
            wait(tablets, "t01", {"_id": f"order:{self.stale}", "sequence": place})
        self.forgotten = serving.dispatch("reread", 3, "t01")
        wait(tablets, "t01", {"_id": f"order:{self.forgotten}"})
        cash = {"account": "A2", "amount_cents": 700, "method": "cash"}
        self.late = {
            report(tablets, "t02", self.done, "payment", cash),
            report(tablets, "t02", self.done, "completed", completed(2)),
            report(tablets, "t01", self.forgotten, "completed", completed(3)),
        }
        newcomer = enrol(serving, tablets, "t03")
        serving.wait_for(self.late)
        with serving.services.sessions.begin() as session:
            devices.revoke(session, newcomer, "d", utc_now())
            devices.revoke(session, self.known["t02"], "d", utc_now())
        self.blocks = _blocks(serving)
        for technician in (*CREW, "t03"):
            tablets.do("offline", tablet=technician)


@pytest.mark.node
@pytest.mark.slow
def test_a_district_put_back_from_a_backup_goes_on(config: Config, tmp_path: Path) -> None:
    build(config)
    before = Serving(config)
    with open_tablets(before.url) as tablets:
        with before:
            day = Day(before, tablets)
            confirmed = day.back_up_under_load(tmp_path / "backup")
            day.go_on()
        restored = restore_backup(config, tmp_path / "backup", replace=True, now=utc_now())
        assert (restored.incarnation, restored.revoked) == (2, (day.known["t02"],))
        with Serving(config, before.port) as after:
            _nothing_confirmed_is_missing(after, day.early, confirmed)
            _the_field_comes_back(after, tablets, day)
            _what_came_after_is_there_or_listed(after, day.forgotten)


def _the_field_comes_back(after: Serving, tablets: Tablets, day: Day) -> None:
    with after.services.sessions.begin() as session:
        # The second tablet was found again.
        session.get_one(Device, day.known["t02"]).revoked_at = None
        cancel_order(session, day.stale, reason="paid", now=utc_now(), actor="csr")
    kept = _blocks(after)
    for technician in CREW:
        tablets.do("online", tablet=technician)
    wait(tablets, "t01", {"_id": f"order:{day.stale}", "state": "cancelled"})
    after.wait_for(day.early | day.late)
    wait(tablets, "t02", {"_id": f"order:{day.done}", "state": "completed"})
    fresh = after.dispatch("reread", 4, "t01")
    assert fresh not in {day.stale, day.done, day.forgotten}
    (document,) = wait(tablets, "t01", {"_id": f"order:{fresh}"})
    assert document["epoch"] > 1
    enrol(after, tablets, "t03")
    assert day.blocks.isdisjoint(_blocks(after) - kept)


def _blocks(serving: Serving) -> set[str]:
    with serving.services.read_sessions() as session:
        return set(session.scalars(select(ReceiptBlock.prefix)))


def _nothing_confirmed_is_missing(serving: Serving, events: set[str], payments: list[str]) -> None:
    assert events <= serving.events()
    with serving.services.read_sessions() as session:
        assert set(payments) <= set(session.scalars(select(Payment.id)))


def _what_came_after_is_there_or_listed(serving: Serving, forgotten: str) -> None:
    with serving.services.read_sessions() as session:
        assert session.get(Order, forgotten) is None
        listed = session.scalars(
            select(ExceptionCase.order_number).where(ExceptionCase.code == "unknown_order")
        ).all()
        assert listed == [forgotten]
        assert verify_ledger(session).differences == ()

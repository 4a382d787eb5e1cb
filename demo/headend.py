"""A head-end for demonstrations: it answers late, twice, with a refusal or not at all, by the serial."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from server.headend import HeadEndAway, SwitchOrder
from server.services import Services
from workorders.tables import Meter, Read
from workorders.usecases.remote.answers import HeadEndAnswer

USUAL = timedelta(seconds=4)
LATE = timedelta(minutes=20)
"""After the time that an order waits for it."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a meter answers: after how long, how often, with what, or never."""

    after: timedelta = USUAL
    times: int = 1
    status: str = "done"
    away: bool = False
    """The head-end itself does not take commands."""


MANNERS = {
    "7": Manner(times=2),
    "8": Manner(after=LATE),
    "9": Manner(times=0),
    "5": Manner(status="refused"),
}
"""By the last figure of the serial; any other answers as it should."""


@dataclass
class SimulatedHeadEnd:
    """Keeps what it was sent in memory; a restart of the program forgets it, as a lost network would."""

    services: Services
    manners: dict[str, Manner] = field(default_factory=lambda: dict(MANNERS))
    waiting: list[tuple[datetime, HeadEndAnswer]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, order: SwitchOrder) -> None:
        """Take a command; one that is known already is not carried out again."""
        manner = self.manners.get(order.serial, self.manners.get(order.serial[-1:], Manner()))
        if manner.away:
            raise HeadEndAway
        now = self.services.clock()
        with self.lock:
            if order.command_id in self.taken:
                return
            self.taken.add(order.command_id)
            done = manner.status == "done"
            answer = HeadEndAnswer(
                command_id=order.command_id,
                status=manner.status,
                at=now + min(manner.after, USUAL),
                serial=order.serial,
                read=self._shown(order.serial) if done else None,
                registers=self._registers(order.serial) if done else {},
            )
            self.waiting += [(now + manner.after, answer)] * manner.times

    def answers(self) -> Iterable[HeadEndAnswer]:
        """What is due by now."""
        now = self.services.clock()
        with self.lock:
            return [answer for due, answer in self.waiting if due <= now]

    def confirm(self, answer: HeadEndAnswer) -> None:
        """Forget one delivery of the answer."""
        with self.lock:
            place = next(i for i, (_due, one) in enumerate(self.waiting) if one is answer or one == answer)
            del self.waiting[place]

    def _shown(self, serial: str) -> int | None:
        """A little more than the newest read."""
        with self.services.read_sessions() as session:
            newest = (
                select(Read.value, Meter.dials)
                .join(Meter, Meter.id == Read.meter_id)
                .where(Meter.serial == serial)
                .order_by(Read.taken_at.desc(), Read.id.desc())
                .limit(1)
            )
            row = session.execute(newest).first()
        return None if row is None else (row.value + 3) % 10**row.dials

    def _registers(self, serial: str) -> dict[str, int]:
        with self.services.read_sessions() as session:
            kept = session.scalar(select(Meter.registers).where(Meter.serial == serial)) or []
        return {one["code"]: 1 for one in kept}


def simulated(services: Services) -> SimulatedHeadEnd:
    """What the setting names `demo.headend:simulated`."""
    return SimulatedHeadEnd(services)

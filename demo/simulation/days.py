"""The days of a run: who does what when, until the faults end and everything must come right."""

from datetime import timedelta

from demo.simulation.clock import START
from demo.simulation.fleet import Fleet
from demo.simulation.office import Office
from demo.simulation.server import Server
from demo.simulation.stage import Stage
from demo.simulation.technician import Technician

HOUR = 3600
PAYMENTS = (500, 2_000, 6_000, 12_849, 12_850, 25_600)


class Days:
    """Notes a day's doings in the agenda."""

    def __init__(self, server: Server, office: Office, fleet: Fleet, stage: Stage) -> None:
        self.server, self.office, self.fleet = server, office, fleet
        self.agenda, self.faults = stage.agenda, stage.faults
        self.dice = stage.seeds.of("day")
        self._late_dice = stage.seeds.of("late payments")
        self._worker_due = False
        self._worker_dice = stage.seeds.of("worker")

    def note(self, day: int, crew: int) -> None:
        """Note everything of one day, from 0."""
        dice, at = self.dice, self._at
        at(day, 5.0, self.fleet.morning)
        for _ in range(crew + 2):
            at(day, 6 + 7 * dice.random(), self.office.raise_one)
        names = [f"t{number:02d}" for number in range(1, crew + 1)]
        for hour in (7.2, 9.5, 12.5):
            at(day, hour + dice.random() / 2, lambda: self._then(self.office.dispatch, "dispatcher A", names))
        for _ in range(1 + crew // 3):
            at(day, 8 + 8 * dice.random(), lambda: self._then(self.office.change_mind, "dispatcher B", names))
        for _ in range(1 + crew // 2):
            at(day, 7 + 10 * dice.random(), self._pay)
            at(day, 8 + 9 * dice.random(), self._pay_before_a_cut)
            at(day, 8 + 10 * dice.random(), self._take_back)
        at(day, 8.5 + 6 * dice.random(), self.fleet.midday)
        at(day, 12 + 8 * dice.random(), self.fleet.drawer)
        at(day, 16.5, lambda: self._then(self.office.decide))
        for place in range(crew):
            for hour in (7.8, 11.5, 16.0):
                at(day, hour + dice.random(), lambda place=place: self._sync(place))
            for _ in range(3):
                at(day, 8 + 9 * dice.random(), lambda place=place: self._visit(place))
            if self.faults.happens("late_cut"):
                at(day, 20.5 + dice.random(), lambda place=place: self._visit(place))
        for _ in range(1 + crew // 2):
            at(day, 12 + 10 * self._late_dice.random(), self._pay_after_a_cut)
        at(day, 23.0, self.server.upkeep)

    def _at(self, day: int, hour: float, act: object) -> None:
        self.agenda.at(START + timedelta(days=day, hours=hour), act)  # type: ignore[arg-type]  # all take nothing

    def _then(self, act: object, *given: object) -> None:
        act(*given)  # type: ignore[operator]  # of the office
        self._wake_worker()

    def _wake_worker(self) -> None:
        """The worker finds what is new a little later."""
        if not self._worker_due:
            self._worker_due = True
            self.agenda.after(1 + 5400 * self._worker_dice.random() ** 2, self._work)

    def _work(self) -> None:
        self._worker_due = False
        self.server.ingest()
        self.server.publish()

    def _hands(self, place: int) -> list[Technician]:
        """The technician, and whoever goes on with a clone of the tablet."""
        name = f"t{place + 1:02d}"
        return [person for person in self.fleet.crew if person.name == name]

    def _sync(self, place: int) -> None:
        for person in self._hands(place):
            person.tablet.sync()
        self._wake_worker()

    def _visit(self, place: int) -> None:
        for person in self._hands(place):
            person.visit()

    def _pay(self) -> None:
        account = f"A{1 + self.dice.randrange(30)}"
        ago = timedelta(hours=self.dice.choice((0, 0, 1, 5)))
        self.office.pay(account, self.dice.choice(PAYMENTS), ago=ago)
        self._wake_worker()

    def _pay_before_a_cut(self) -> None:
        self.office.pay_before_a_cut()
        self._wake_worker()

    def _pay_after_a_cut(self) -> None:
        self.office.pay_after_a_cut(self._late_dice)
        self._wake_worker()

    def _take_back(self) -> None:
        if self.faults.happens("reversal"):
            self.office.take_back()
            self._wake_worker()

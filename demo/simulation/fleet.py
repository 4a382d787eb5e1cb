"""What becomes of tablets: set back, cloned, emptied, taken out of use, replaced, gone for a month."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from demo.simulation.enrolling import enrol
from demo.simulation.network import Network
from demo.simulation.server import Refused, Server, Unknown
from demo.simulation.stage import Stage
from demo.simulation.storage import Storage
from demo.simulation.tablet import Tablet
from demo.simulation.technician import Technician
from mobile_api import devices

TRIES = 4


class Fleet:
    """All tablets, and who has which in hand."""

    def __init__(self, server: Server, network: Network, stage: Stage) -> None:
        self.server, self.network, self.stage = server, network, stage
        self.seeds, self.faults = stage.seeds, stage.faults
        self.trace, self.witness = stage.trace, stage.witness
        self.tablets: list[Tablet] = []
        self.crew: list[Technician] = []
        self._images: dict[str, Storage] = {}
        self._dice: random.Random = stage.seeds.of("fleet")

    def add(self, kept: Storage) -> Tablet:
        """A tablet as it was handed out."""
        before = sum(one.kept.technician == kept.technician for one in self.tablets)
        name = f"{kept.technician}'s tablet {before + 1}"
        tablet = Tablet(
            name,
            kept,
            server=self.server,
            network=self.network,
            stage=self.stage,
        )
        if self.faults.happens("clock_off"):
            tablet.skew = timedelta(hours=self._dice.choice((-72, -26, -2, -1, 1, 3, 50)))
        tablet.away = self.faults.happens("away")
        tablet.old = self.faults.happens("old_version")
        tablet.newer = self.faults.happens("newer_version")
        self.tablets.append(tablet)
        return tablet

    def staff(self, kept: Storage) -> None:
        """A technician with a tablet."""
        tablet = self.add(kept)
        self.crew.append(
            Technician(kept.technician, tablet, self.faults, self.seeds.of(f"technician {kept.technician}"))
        )

    def morning(self) -> None:
        """The tablets' fates of a day; an image of each is kept, which may come back later."""
        for person in self.crew:
            tablet = person.tablet
            for fault, fate in (
                ("tablet_restored", self._set_back),
                ("cloned", self._clone),
                ("evicted", self._empty),
            ):
                if self.faults.happens(fault):
                    fate(person)
                    break
            if tablet.kept.device not in self._images:
                self._images[tablet.kept.device] = tablet.kept.copied()

    def midday(self) -> None:
        """In the middle of the work some tablets are replaced, or taken out of use; the old ones try on."""
        for person in list(self.crew):
            old = person.tablet
            if self.faults.happens("replaced"):
                self._replace(person)
            elif self.faults.happens("revoked"):
                self._revoke(person)
            if old.retired:
                old.sync()

    def drawer(self) -> None:
        """Somebody turns a tablet on that was replaced."""
        for tablet in self.tablets:
            if tablet.retired and self._dice.random() < 0.3:
                tablet.sync()

    def _set_back(self, person: Technician) -> None:
        image = self._images.get(person.tablet.kept.device)
        if image is None:
            return
        person.tablet.kept = image.copied()
        person.tablet.begin()
        self.trace.note(person.tablet.name, "is set back to an older image of its storage")

    def _clone(self, person: Technician) -> None:
        """A second machine with the same storage: both go on under one name."""
        twin = self.add(person.tablet.kept.copied())
        twin.skew, twin.away = person.tablet.skew, False
        twin.old, twin.newer = person.tablet.old, person.tablet.newer
        self.trace.note(person.tablet.name, f"is cloned; {twin.name} goes on beside it")
        self.crew.append(Technician(person.name, twin, self.faults, self.seeds.of(f"technician {twin.name}")))

    def _empty(self, person: Technician) -> None:
        """The browser threw everything away: what was not sent is gone, the tablet is enrolled anew."""
        tablet, before = person.tablet, person.tablet.kept
        fresh = self._enrolled(person.name)
        if fresh is None:
            return
        tablet.kept = fresh
        self.trace.note(tablet.name, f"lost its storage with {len(before.waiting)} facts; enrolled anew")

    def _replace(self, person: Technician) -> None:
        """A new tablet in the middle of the work; the old one lies in a drawer with what it has."""
        fresh = self._enrolled(person.name)
        if fresh is None:
            return
        old = person.tablet
        old.retired = True
        # What the technician knows to be done is not done again on the new one.
        fresh.finished = set(old.kept.finished)
        person.tablet = self.add(fresh)
        self.trace.note(old.name, f"is replaced by {person.tablet.name}")

    def _revoke(self, person: Technician) -> None:
        """Taken out of use by the office; the technician gets another one."""
        device, now = person.tablet.kept.device, self.server.clock()
        self._replace(person)
        if person.tablet.kept.device == device:
            return

        def act(session: Session) -> bool:
            devices.revoke(session, device, "office", now)
            return True

        if self._asked(act):
            self.witness.revoked[device] = now + timedelta(seconds=2)
            self.trace.note("office", f"takes {device} out of use")

    def _enrolled(self, technician: str) -> Storage | None:
        config, clock, dice = self.server.bench.config, self.server.clock, self.seeds.of("keys")
        found: Storage | None = self._asked(
            lambda session: enrol(session, config.secret_key, technician, dice, clock())
        )
        return found

    def _asked(self, act: Any) -> Any:
        for _ in range(TRIES):
            try:
                return self.server.office(act)
            except Refused as refused:
                self.trace.note("office", f"refused: {refused}")
                return None
            except Unknown:
                self.server.clock.tick(10)
        return None

    def held(self) -> set[tuple[str, str]]:
        """Facts that some tablet still has, by id and revision."""
        return {
            (doc_id, document["_rev"])
            for tablet in self.tablets
            if tablet.kept.device not in self.witness.revoked
            for kept in (tablet.kept.events, tablet.kept.journal)
            for doc_id, document in kept.items()
        }

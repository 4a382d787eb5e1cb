"""A tablet: writes facts to its journal, hands them to its database, and replicates when there is signal."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import orjson

from demo.simulation.clock import START
from demo.simulation.enrolling import enrol_again
from demo.simulation.keys import TabletKey
from demo.simulation.network import Lost, Network, Sent
from demo.simulation.replication import synchronise
from demo.simulation.server import Server
from demo.simulation.stage import Stage
from demo.simulation.storage import NO_RECEIPT, Document, Storage
from mobile_api import assertions, session
from mobile_api.session import SignIn
from workorders.problems import Problem

PHOTO = "cGlj"
"""Three bytes."""
VERSION, OLD_VERSION = "0.1.0", "0.0.9"


class Tablet:
    """A machine with a storage. `name` is how the story calls it."""

    def __init__(self, name: str, kept: Storage, *, server: Server, network: Network, stage: Stage) -> None:
        self.name, self.kept = name, kept
        self.server, self.network, self.clock = server, network, stage.clock
        self.faults, self.trace = stage.faults, stage.trace
        self.dice = stage.seeds.of(f"tablet {name}")
        self.skew = timedelta(0)
        """How far its clock is ahead of the true time."""
        self.away = False
        self.retired = False
        """Lies in a drawer; nobody writes on it."""
        self.old = False
        """Runs a program of several versions ago."""
        self.newer = False
        """Runs a program that the server, put back to an older one, does not understand."""

    @property
    def key(self) -> TabletKey:
        """The key of its profile."""
        return TabletKey(self.kept.key)

    def now(self) -> datetime:
        """What its clock shows."""
        return self.clock() + self.skew

    def write(
        self,
        kind: str,
        order: Document | None,
        body: dict[str, Any] | None = None,
        photos: tuple[str, ...] = (),
    ) -> Document | None:
        """Write a fact. None when the tablet was killed before the journal had it."""
        made = body or {}
        if self._killed("before it kept a fact"):
            return None
        document = self._document(kind, order, made, photos)
        # Counter, receipt chain and journal change in one transaction of the tablet.
        self.kept.counter += 1
        self.kept.journal[document["_id"]] = document
        receipt = made.get("receipt")
        if receipt is not None and receipt["number"].startswith(f"{self.kept.prefix}-"):
            self.kept.next_receipt += 1
            self.kept.chain = receipt["hash"]
        number = order["number"] if order else None
        self.trace.note(self.name, f"writes {kind} of {number} as {document['_id']}")
        if not self._killed("between journal and database"):
            self._place()
        return document

    def _document(
        self, kind: str, order: Document | None, body: dict[str, Any], photos: tuple[str, ...]
    ) -> Document:
        counter = self.kept.counter + 1
        document: Document = {
            "_id": f"{self.kept.prefix_of_events}{counter:08d}",
            "kind": "event",
            "schema": 1,
            "event": kind,
            "order": order["number"] if order else None,
            "epoch": order["epoch"] if order else None,
            "seen_seq": order["server_seq"] if order else None,
            "rule_set": order.get("rule_set") if order else None,
            "technician": self.kept.technician,
            "device": self.kept.device,
            "counter": counter,
            "app_version": VERSION,
            "at": instant(self.now()),
            "clock": {
                "monotonic_ms": int((self.clock() - START).total_seconds() * 1000),
                "offset_ms": self.kept.offset_ms,
                "gps_time": None,
            },
            "position": None,
            "body": body,
        }
        if self.old:
            # As the trial's tablets wrote them.
            for name in ("schema", "seen_seq", "rule_set", "clock", "position", "epoch"):
                del document[name]
            document["app_version"] = OLD_VERSION
        elif self.newer:
            document["schema"] = 2
        if photos:
            document["_attachments"] = {
                name: {"content_type": "image/jpeg", "data": PHOTO} for name in photos
            }
        digest = hashlib.md5(json.dumps(document, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
        return document | {"_rev": f"1-{digest}", "_revisions": {"start": 1, "ids": [digest]}}

    def _place(self) -> None:
        """Hand to the database what only the journal has."""
        for doc_id, document in sorted(self.kept.journal.items()):
            self.kept.events.setdefault(doc_id, document)

    def receipt(self, account: str, cents: int, method: str, *, prefix: str | None = None) -> dict[str, Any]:
        """The next receipt of its block, chained by hash; with `prefix`, one of another tablet's block."""
        number = f"{prefix or self.kept.prefix}-{self.kept.next_receipt:06d}"
        made: dict[str, Any] = {
            "number": number,
            "amount_cents": cents,
            "method": method,
            "check_number": "77" if method == "check" else None,
            "account": account,
            "taken_at": instant(self.now()),
            "previous_hash": NO_RECEIPT if prefix else self.kept.chain,
        }
        parts = ("previous_hash", "number", "account", "amount_cents", "method", "check_number", "taken_at")
        text = "|".join("" if made[part] is None else str(made[part]) for part in parts)
        return made | {"hash": hashlib.sha256(text.encode()).hexdigest()}

    def begin(self) -> None:
        """The app starts: what was interrupted is finished."""
        own = [int(doc_id.rpartition(":")[2]) for doc_id in (*self.kept.events, *self.kept.journal)]
        came = [int(i.rpartition(":")[2]) for i in self.kept.docs if i.startswith(self.kept.prefix_of_events)]
        self.kept.counter = max([self.kept.counter, *own, *came])
        self._place()

    def sync(self) -> bool:
        """Replicate once. False when it did not get through."""
        if self.away:
            return False
        try:
            token = self._sign_in()
            for step in synchronise(self.kept, self._caller(token)):
                if self._killed(f"while it {step}"):
                    return False
        except Lost as lost:
            self.trace.note(self.name, f"gives up: {lost}")
            return False
        waiting = len(self.kept.waiting)
        self.trace.note(self.name, f"has synchronised; {waiting} facts wait, {len(self.kept.docs)} documents")
        return True

    def _caller(self, token: str) -> Any:
        def call(method: str, path: str, body: Any = None, query: str = "") -> tuple[int, Any]:
            data = None if body is None else orjson.dumps(body)
            sent = Sent(self.kept.device, token, method, path, data, query)
            status, answer = self.network.call(sent)
            if status == 401:
                self.kept.token = None
            return status, answer

        return call

    def _sign_in(self) -> str:
        """A token, asked for with a proof made by its key when the one at hand is over. Raises Lost."""
        if self.kept.token is not None and self.kept.token[1] > self.clock() + timedelta(minutes=3):
            return self.kept.token[0]
        if self.faults.happens("request_lost"):
            raise Lost("the request was lost")
        kept, now = self.kept, self.clock()
        # A tablet whose clock is off learns the server's time from the refusal and proves again.
        proof = self.key.sign(
            assertions.SESSION,
            now,
            f"{self.dice.getrandbits(128):032x}",
            iss=kept.device,
            sub=kept.technician,
        )
        try:
            with self.server.services.sessions.begin() as db:
                asked = SignIn(proof, kept.counter, VERSION)
                profile = session.sign_in(db, asked, now)
                counter = profile.device.last_counter
        except Problem as problem:
            if problem.code == "device_unknown" and self.kept.device not in self.network.witness.revoked:
                self._enrol_again()
            raise Lost(f"sign-in refused: {problem.code}") from problem
        kept.counter = max(kept.counter, counter)
        kept.offset_ms = -int(self.skew.total_seconds() * 1000)
        issued = self.server.tokens.issue(kept.device, kept.technician)
        kept.token = issued.token, issued.expires_at
        return issued.token

    def _enrol_again(self) -> None:
        """The technician gets a fresh code; the tablet keeps its name and what it holds."""
        secret, now = self.server.bench.config.secret_key, self.clock()
        try:
            with self.server.services.sessions.begin() as db:
                enrol_again(db, secret, self.kept, self.dice, now)
        except Problem as problem:
            self.trace.note(self.name, f"is not enrolled again: {problem.code}")
        else:
            self.trace.note(self.name, "is unknown to the restored records, and enrolled again")

    def _killed(self, when: str) -> bool:
        if not self.faults.happens("tablet_killed"):
            return False
        self.trace.note(self.name, f"is killed {when}")
        self.begin()
        return True


def instant(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the app writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The network between tablets and server: what is sent gets lost, doubled, late, cut, or to somebody else."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import orjson

from demo.simulation.server import Server, Unknown
from demo.simulation.stage import Stage

PORTAL = b"<!DOCTYPE html><title>Welcome to Hotel Wi-Fi</title><p>Please accept the terms."


class Lost(Exception):  # noqa: N818 - named for what happened
    """No answer that a tablet can use."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of a tablet."""

    device: str
    token: str
    method: str
    path: str
    data: bytes | None = None
    query: str = ""


class Network:
    """Carries a tablet's requests."""

    def __init__(self, server: Server, stage: Stage) -> None:
        self.server, self.clock, self.agenda = server, stage.clock, stage.agenda
        self.trace, self.faults, self.witness = stage.trace, stage.faults, stage.witness

    def call(self, sent: Sent) -> tuple[int, Any]:
        """Status and JSON of an answer. Raises Lost."""
        self.clock.tick(0.2)
        send = partial(self._send, sent)
        if self.faults.happens("request_lost"):
            raise Lost("the request was lost")
        if self.faults.happens("portal"):
            return self._understood(200, PORTAL)
        if self.faults.happens("late"):
            self._send_late(sent)
            raise Lost("no answer in time")
        if self.faults.happens("doubled"):
            send()
            self.trace.note(sent.device, f"{sent.path} arrived twice")
        status, content = send()
        if self.faults.happens("answer_lost"):
            raise Lost("the answer was lost")
        if self.faults.happens("cut"):
            content = content[: int(len(content) * self.faults.dice("cut"))]
        return self._understood(status, content)

    def _send(self, sent: Sent) -> tuple[int, bytes]:
        path = quote(sent.path, safe="/")
        try:
            status, content = self.server.request(sent.method, path, sent.query, sent.token, sent.data)
        except Unknown as silence:
            raise Lost(str(silence)) from silence
        if status == 201 and sent.path.endswith("/_bulk_docs"):
            self._witnessed(sent, content)
        return status, content

    def _send_late(self, sent: Sent) -> None:
        """The request arrives when the tablet has long given it up, perhaps after later ones."""

        def arrive() -> None:
            try:
                status, _ = self._send(sent)
            except Lost as lost:
                self.trace.note(sent.device, f"{sent.path} arrived late: {lost}")
                return
            self.trace.note(sent.device, f"{sent.path} arrived late and was answered {status}")

        self.agenda.after(5 + 3600 * self.faults.dice("late"), arrive)

    def _witnessed(self, sent: Sent, content: bytes) -> None:
        """The server has said 201: all but the rows it refused are in its hands."""
        refused = {row.get("id") for row in orjson.loads(content) if "error" in row}
        since = self.witness.revoked.get(sent.device)
        for document in orjson.loads(sent.data or b"{}")["docs"]:
            if document["_id"] in refused:
                continue
            self.witness.server_has(document, sent.path.split("/")[1], self.clock())
            if since is not None and self.clock() > since:
                self.witness.taken_after_revoke.append(document["_id"])

    @staticmethod
    def _understood(status: int, content: bytes) -> tuple[int, Any]:
        try:
            return status, orjson.loads(content)
        except orjson.JSONDecodeError:
            raise Lost("the answer was no JSON") from None

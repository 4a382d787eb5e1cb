"""Four real tablets in one Node process: PouchDB, WebCrypto, and the server's own replication endpoint."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from workorders.problems import Problem

SCRIPT = Path(__file__).with_name("tablets.mjs")
WAIT_MS = 45_000
"""A tablet that has not heard by then will not: publishing and ingesting take well under a second."""


class Tablets:
    """Requests to the Node process, one JSON line each."""

    patience_ms = WAIT_MS

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers
        self._count = 0

    def do(self, action: str, **given: Any) -> Any:
        """Let one tablet do something; its answer. Raises Problem tablet_failed, tablet_refused."""
        return self.all([{"do": action, **given}])[0]

    def all(self, actions: Sequence[dict[str, Any]]) -> list[Any]:
        """Let tablets do things at the same time; their answers in order.

        Raises Problem tablet_failed, and tablet_refused when the document database lets one of them not in.
        """
        ids = []
        for action in actions:
            self._count += 1
            ids.append(self._count)
            self._requests.write(json.dumps({"id": self._count, **action}) + "\n")
        self._requests.flush()
        answers: dict[int, dict[str, Any]] = {}
        while len(answers) < len(ids):
            line = self._answers.readline()
            if not line:
                raise Problem("tablet_failed", reason="the tablets' process ended")
            answer = json.loads(line)
            answers[answer["id"]] = answer
        for number in ids:
            if "error" in answers[number]:
                code = "tablet_refused" if answers[number].get("refused") else "tablet_failed"
                raise Problem(code, reason=answers[number]["error"])
        return [answers[number]["result"] for number in ids]

    def wait(self, tablet: str, wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Documents as soon as all are on the tablet with the given values; heard by its feed."""
        found = self.do("wait", tablet=tablet, wanted=list(wanted), ms=self.patience_ms)
        return [dict(document) for document in found]


@contextmanager
def open_tablets(url: str) -> Iterator[Tablets]:
    """The Node process for as long as the block runs. Raises Problem node_missing."""
    command = [find_node(), str(SCRIPT), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our script
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            yield Tablets(process.stdin, process.stdout)
            process.stdin.close()
            process.wait(timeout=10)
        finally:
            process.kill()


def find_node() -> str:
    """Node beside this Python (the nodejs wheel) or on the PATH. Raises Problem node_missing."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("node", path=os.pathsep.join([os.environ.get("PATH", ""), beside]))
    if found is None:
        raise Problem("node_missing")
    return found

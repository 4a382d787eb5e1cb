"""The watched folder: files that other systems put there are imported, each once, with a report beside it.

A file lies in the folder of its kind until it is whole; then it is imported as `curbstop import` would, and
moved to `done` or `refused`. Ended between the two, the run that was written down in the import's own
transaction says that its bytes are in already: they are only moved.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from server.imports.kinds import KINDS
from server.imports.report import ImportReport
from server.imports.runner import import_rows
from server.services import Services
from sync.pipeline.failures import stops_everything
from workorders.problems import Problem
from workorders.queries.import_runs import written_before
from workorders.tables import ImportRun
from workorders.usecases.lost_races import is_lost_race

log = structlog.get_logger()
ACTOR = "folder"
QUIET_SECONDS = 4.0
"""How long a file stays as it is before it is taken for whole."""
DONE, REFUSED = "done", "refused"
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp")
"""Names under which programs write what is not whole yet."""

Look = tuple[int, int, int]
"""A file as it was seen: its inode, size and time of change."""


@dataclass(slots=True)
class WatchedFolder:
    """What was seen at earlier looks: a file that stayed the same for a while is whole."""

    seen: dict[Path, tuple[Look, float]] = field(default_factory=dict)
    """Each file as it is now, and since when, in seconds of a clock that nobody sets."""
    now: Callable[[], float] = time.monotonic

    def round(self, services: Services) -> int:
        """Take in what is whole, in the order in which kinds build on one another. Returns how many files."""
        root = services.config.incoming_dir
        if root is None:
            return 0
        now = self.now()
        found = {path: (look, now) for kind in KINDS for path, look in _files(root / kind)}
        for path, (look, since) in self.seen.items():
            if path in found and found[path][0] == look:
                found[path] = (look, since)
        self.seen = found
        whole = [path for path, (_, since) in found.items() if now - since >= QUIET_SECONDS]
        return sum(self._take(services, root, path) for path in whole)

    def _take(self, services: Services, root: Path, path: Path) -> int:
        try:
            data = path.read_bytes()
            if _look(path) != self.seen[path][0]:
                return 0
            _moved(root, path, data, take_in(services, path.parent.name, path.name, data))
        except OSError as error:
            log.warning("incoming_failed", file=str(path), reason=str(error)[:200])
            return 0
        return 1


def take_in(services: Services, kind: str, name: str, data: bytes) -> dict[str, Any]:
    """Import a file's bytes, unless they are in already; the report as `curbstop import --json` gives it."""
    with services.read_sessions() as session:
        known = written_before(session, kind, hashlib.sha256(data).hexdigest())
    if known is not None:
        return _known(known, name)
    try:
        report = import_rows(
            services.sessions,
            kind,
            name,
            data,
            now=services.clock(),
            zone=ZoneInfo(services.config.timezone),
            data_dir=services.config.data_dir,
            actor=ACTOR,
            way="folder",
        )
    except Exception as error:
        if stops_everything(error) or is_lost_race(error):
            raise
        if not isinstance(error, Problem):
            log.error("incoming_failed", file=name, exc_info=error)
        problem = error if isinstance(error, Problem) else Problem("import_failed")
        return {"kind": kind, "file": name, "written": False, "problem": problem.as_dict()}
    return said_of(report)


def said_of(report: ImportReport) -> dict[str, Any]:
    """A report as JSON-ready values, with the problem where there is one."""
    said = report.as_dict()
    if report.errors:
        problem = Problem("import_rejected", count=len(report.errors))
        said["problem"] = {"code": problem.code, "words": problem.words, "advice": problem.advice}
    return said


def _known(run: ImportRun, name: str) -> dict[str, Any]:
    at = f"{run.made_at:%Y-%m-%d %H:%M}Z"
    words = f"These bytes were imported on {at} as import {run.id}; nothing was added."
    return {
        "kind": run.kind,
        "file": name,
        "rows": run.rows,
        "counts": run.counts,
        "written": True,
        "run": run.id,
        "known_already": words,
    }


def _files(folder: Path) -> list[tuple[Path, Look]]:
    """The files of a kind that may be whole; its folder is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        hidden = entry.name.startswith(".") or entry.name.lower().endswith(UNFINISHED)
        # A link could lead to any file of the machine.
        if not hidden and entry.is_file(follow_symlinks=False):
            path = folder / entry.name
            try:
                found.append((path, _look(path)))
            except FileNotFoundError:
                continue
    return found


def _look(path: Path) -> Look:
    stat = path.stat(follow_symlinks=False)
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _moved(root: Path, path: Path, data: bytes, said: dict[str, Any]) -> None:
    """First the report, whole under its name, then the file; ended in between, both come out the same."""
    target = root / (DONE if said["written"] else REFUSED) / path.parent.name
    target.mkdir(parents=True, exist_ok=True)
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    name = f"{changed:%Y%m%dT%H%M%SZ}-{hashlib.sha256(data).hexdigest()[:8]}-{path.name}"
    half = target / f".{name}.half"
    with half.open("w", encoding="utf-8") as file:
        json.dump(said, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    half.replace(target / f"{name}.report.json")
    path.replace(target / name)
    log.info("incoming_taken", file=path.name, kind=path.parent.name, written=said["written"])

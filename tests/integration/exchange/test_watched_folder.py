"""The watched folder: whole files are taken in once, refused ones named, whatever ends the worker."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from server.config import Config
from server.imports import watched_folder
from server.imports.kinds import KINDS
from server.imports.watched_folder import QUIET_SECONDS, WatchedFolder
from server.services import Services, open_services
from tests.integration.usecases import world
from workorders.tables import ImportRun, Payment

HEADER = "id,account,amount,received_on\n"
PAYMENTS = HEADER + "B-1,A1,10.00,2026-03-01\nB-2,A2,20.00,2026-03-01\n"


class Folder:
    """A district, its folder, and a worker that looks as often as one lets it."""

    def __init__(self, services: Services, root: Path) -> None:
        self.services, self.root = services, root
        self.seconds = 0.0
        self.restart()

    def restart(self) -> None:
        self.worker = WatchedFolder(now=lambda: self.seconds)

    def put(self, kind: str, name: str, text: str) -> Path:
        folder = self.root / kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        return folder / name

    def look(self, *, after: float = QUIET_SECONDS) -> int:
        self.seconds += after
        return self.worker.round(self.services)

    def taken(self) -> int:
        return self.look() + self.look()

    def names(self, where: str) -> list[str]:
        """What lies there, without the marks before its own name."""
        found = [path.name.split("-", 2)[2] for path in (self.root / where).rglob("*") if path.is_file()]
        return sorted(found)

    def report(self, where: str) -> dict[str, Any]:
        [path] = (self.root / where).rglob("*.report.json")
        found = json.loads(path.read_text())
        assert isinstance(found, dict)
        return found

    def payments(self) -> int:
        with self.services.read_sessions() as session:
            return session.scalar(select(func.count()).select_from(Payment)) or 0

    def runs(self) -> list[ImportRun]:
        with self.services.read_sessions() as session:
            return list(session.scalars(select(ImportRun).order_by(ImportRun.id)))


@pytest.fixture
def folder(migrated_url: str, tmp_path: Path) -> Iterator[Folder]:
    root = tmp_path / "incoming"
    config = Config(
        data_dir=tmp_path / "data",
        database_url=migrated_url,
        secret_key="x" * 40,
        log_level="ERROR",
        incoming_dir=root,
    ).checked()
    services = open_services(config, clock=lambda: world.LATER)
    with services.sessions.begin() as session:
        world.build(session)
    yield Folder(services, root)
    services.engine.dispose()


def test_a_whole_file_is_imported_and_moved_with_its_report(folder: Folder) -> None:
    folder.put("payments", "bank.csv", PAYMENTS)
    assert folder.look() == 0, "seen for the first time"
    assert folder.look() == 1
    assert folder.payments() == 2
    assert folder.names("done") == ["bank.csv", "bank.csv.report.json"]
    said = folder.report("done")
    assert said["written"] is True
    assert said["counts"]["payments"] == 2
    [run] = folder.runs()
    assert (run.id, run.way, run.state, run.made_by) == (said["run"], "folder", "written", "folder")
    assert list((folder.root / "payments").iterdir()) == []
    assert sorted(path.name for path in folder.root.iterdir()) == sorted([*KINDS, "done"])


def test_a_file_that_still_grows_is_left_alone(folder: Folder) -> None:
    path = folder.put("payments", "bank.csv", HEADER + "B-1,A1,10.00,2026-03-01\nB-2,A2,2")
    folder.look()
    with path.open("a") as file:
        file.write("0.00,2026-03-01\n")
    assert folder.look() == 0
    assert folder.look(after=1.0) == 0, "a look soon after another proves nothing"
    assert folder.look(after=QUIET_SECONDS - 1) == 1
    assert folder.payments() == 2


def test_names_of_unfinished_files_links_and_folders_are_passed_over(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.csv"
    secret.write_text(PAYMENTS)
    for name in (".bank.csv", "bank.csv.part", "bank.csv.filepart", "bank.csv.TMP"):
        folder.put("payments", name, PAYMENTS)
    os.symlink(secret, folder.root / "payments" / "link.csv")
    (folder.root / "payments" / "older").mkdir()
    assert folder.taken() == 0
    (folder.root / "payments" / "bank.csv.part").rename(folder.root / "payments" / "bank.csv")
    assert folder.taken() == 1
    assert folder.payments() == 2


def test_a_refused_file_writes_nothing_and_names_its_rows(folder: Folder) -> None:
    folder.put("payments", "bank.csv", PAYMENTS + "B-3,A99,5.00,2026-03-01\nB-4,A1,x,2026-03-01\n")
    assert folder.taken() == 1
    assert folder.payments() == 0
    said = folder.report("refused")
    assert said["problem"]["code"] == "import_rejected"
    assert [(one["row"], one["column"]) for one in said["errors"]] == [(4, "account"), (5, "amount")]
    [run] = folder.runs()
    assert (run.state, run.error_count, run.errors[0]["row"]) == ("refused", 2, 4)


def test_the_same_file_again_adds_nothing(folder: Folder) -> None:
    folder.put("payments", "bank.csv", PAYMENTS)
    folder.taken()
    folder.put("payments", "bank-again.csv", PAYMENTS)
    assert folder.taken() == 1
    assert folder.payments() == 2
    assert len(folder.runs()) == 1
    reports = [json.loads(path.read_text()) for path in folder.root.rglob("*again.csv.report.json")]
    assert "nothing was added" in reports[0]["known_already"]


@pytest.mark.parametrize("moment", ["_moved", "written", "moving"])
def test_killed_at_any_moment_nothing_is_lost_or_doubled(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Before the transaction ended, between it and the report, between the report and the move."""
    folder.put("payments", "bank.csv", PAYMENTS)
    folder.look()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if moment == "_moved":
            patched.setattr(watched_folder, "_moved", killed)
        elif moment == "written":
            patched.setattr("server.imports.runner.note_written", killed)
        else:
            original = Path.replace
            patched.setattr(
                Path,
                "replace",
                lambda self, to: killed() if self.name == "bank.csv" else original(self, to),
            )
        with pytest.raises(KeyboardInterrupt):
            folder.look()
    assert folder.payments() == (0 if moment == "written" else 2)
    folder.restart()
    assert folder.taken() == 1
    assert folder.payments() == 2
    assert len(folder.runs()) == 1
    assert folder.names("done") == ["bank.csv", "bank.csv.report.json"]
    assert not list(folder.root.rglob(".*"))


def test_kinds_are_taken_in_the_order_in_which_they_build_on_one_another(folder: Folder) -> None:
    folder.put(
        "accounts", "a.csv", "account,customer_name,opened_on,service_points\nA-9,Demo,2026-01-01,SP-99\n"
    )
    folder.put(
        "premises",
        "z.csv",
        "premise,house_number,street,city,postcode,longitude,latitude,service_point,service,size,state\n"
        "P-99,1,Alder Street,Demo Falls,00001,-98.6012,39.1007,SP-99,water,5/8,on\n",
    )
    assert folder.taken() == 2
    assert [run.state for run in folder.runs()] == ["written", "written"]


def test_without_the_setting_nothing_is_looked_at(folder: Folder) -> None:

    folder.services = replace(folder.services, config=replace(folder.services.config, incoming_dir=None))
    assert folder.taken() == 0
    assert not folder.root.exists()

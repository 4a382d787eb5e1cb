"""What a backup holds, where it may be written, and how damage is noticed; both engines."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from server.backups.manifest import NAME, check_files, read_manifest
from server.backups.restoring import restore_backup
from server.backups.taking import take_backup
from server.commands.verify_ledger import verify_ledger_command
from server.config import Config
from server.services import open_services
from server.worker import evidence_files
from sync.pipeline.ingest import ingest_all
from sync.pipeline.publish import ensure_technician, publish_pending
from tests.conftest import NOW, _drop, _postgres_database
from tests.integration.backups.district import build, close
from tests.integration.pipeline.feed import push
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import Evidence, FieldEvent, JournalEntry, Outbox, Receipt

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def worked(config: Config) -> Config:
    """A district with a posted cut, cash and a photo."""
    build(config)
    services = open_services(config)
    with services.sessions.begin() as session:
        cut = world.sent(session, "disconnect_np", 1)
        tablet = Tablet()
        written = [tablet.payment(cut, 700), tablet.completed(cut, answers.cut(1))]
    ensure_technician(services.sessions, services.store, "t01", now=NOW)
    publish_pending(services.sessions, services.store, clock=lambda: NOW)
    push(services.store, written)
    assert ingest_all(services.sessions, services.store, clock=lambda: NOW).handled == 2
    digest = evidence_files(config).put(b"a photo")
    with services.sessions.begin() as session:
        session.add(
            Evidence(
                event_id=written[1]["_id"],
                name="kept.jpg",
                content_type="image/jpeg",
                digest="md5-x",
                length=7,
                received=True,
                sha256=digest,
            )
        )
    close(services)
    return config


@pytest.fixture
def elsewhere(worked: Config, tmp_path: Path) -> Iterator[Config]:
    """Settings of an empty place for the same district."""
    place = tmp_path / "elsewhere"
    if worked.database_url.startswith("sqlite"):
        yield replace(worked, data_dir=place, database_url=f"sqlite:///{place / 'curbstop.sqlite'}")
        return
    url = _postgres_database("template0")
    yield replace(worked, data_dir=place, database_url=url)
    _drop(url)


def counts(config: Config) -> dict[str, int]:
    services = open_services(config)
    with services.read_sessions() as session:
        assert verify_ledger(session).differences == ()
        tables = (FieldEvent, JournalEntry, Receipt, Evidence)
        found = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }
    found["documents"] = services.store.info("tech-t01").doc_count
    close(services)
    return found


def take(config: Config, folder: Path) -> None:
    take_backup(config, folder, clock=lambda: NOW)


def test_a_backup_goes_back_into_an_empty_place(worked: Config, elsewhere: Config, tmp_path: Path) -> None:
    before = counts(worked)
    take(worked, tmp_path / "backup")
    restored = restore_backup(elsewhere, tmp_path / "backup", replace=False, now=LATER)
    assert (restored.incarnation, restored.set_aside) == (2, None)
    assert counts(elsewhere) == before
    services = open_services(elsewhere)
    with services.read_sessions() as session:
        (digest,) = session.scalars(select(Evidence.sha256).where(Evidence.sha256.is_not(None)))
    close(services)
    assert evidence_files(elsewhere).get(str(digest)) == b"a photo"


def test_a_backup_is_for_its_owner_alone(worked: Config, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        take(worked, tmp_path / "backup")
    finally:
        os.umask(old)
    for path in (tmp_path / "backup", *(tmp_path / "backup").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def _taken(folder: Path) -> None:
    folder.mkdir()
    (folder / "something").touch()


def _open_to_all(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def _link(folder: Path) -> None:
    (folder.parent / "real").mkdir()
    folder.symlink_to(folder.parent / "real")


@pytest.mark.parametrize("make", [_taken, _open_to_all, _link, Path.touch])
def test_an_unsafe_target_is_refused(worked: Config, tmp_path: Path, make: Callable[[Path], None]) -> None:
    target = tmp_path / "target"
    make(target)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Problem) as refusal:
        take(worked, target)
    assert refusal.value.code == "backup_target"
    assert sorted(tmp_path.rglob("*")) == before


def test_the_data_folder_itself_is_refused(worked: Config) -> None:
    with pytest.raises(Problem) as refusal:
        take(worked, worked.data_dir / "backup")
    assert refusal.value.code == "backup_target"


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def test_a_damaged_backup_changes_nothing(worked: Config, elsewhere: Config, tmp_path: Path) -> None:
    whole = tmp_path / "backup"
    harms: tuple[Callable[[Path], None], ...] = (_flip, Path.unlink)
    take(worked, whole)
    for name in read_manifest(whole).files:
        for number, harm in enumerate(harms):
            damaged = tmp_path / f"damaged{number}"
            shutil.copytree(whole, damaged)
            harm(damaged / name)
            with pytest.raises(Problem) as refusal:
                restore_backup(elsewhere, damaged, replace=False, now=LATER)
            assert refusal.value.code == "backup_damaged"
            assert name in refusal.value.words
            shutil.rmtree(damaged)
    (whole / NAME).write_text("{}")
    with pytest.raises(Problem) as refusal:
        restore_backup(elsewhere, whole, replace=False, now=LATER)
    assert refusal.value.code == "backup_damaged"
    assert not (elsewhere.data_dir / "evidence").exists()


def test_what_is_there_is_not_replaced_unasked_nor_while_in_use(worked: Config, tmp_path: Path) -> None:
    take(worked, tmp_path / "backup")
    before = counts(worked)
    with pytest.raises(Problem) as refusal:
        restore_backup(worked, tmp_path / "backup", replace=False, now=LATER)
    assert refusal.value.code == "restore_not_empty"
    services = open_services(worked)
    with services.sessions() as session:
        session.scalar(select(func.count()).select_from(Outbox))
        with pytest.raises(Problem) as refusal:
            restore_backup(worked, tmp_path / "backup", replace=True, now=LATER)
    assert refusal.value.code == "restore_in_use"
    close(services)
    assert counts(worked) == before


def test_a_clock_before_the_backup_and_another_key_are_refused(
    worked: Config, elsewhere: Config, tmp_path: Path
) -> None:
    take(worked, tmp_path / "backup")
    with pytest.raises(Problem) as refusal:
        restore_backup(elsewhere, tmp_path / "backup", replace=False, now=NOW - timedelta(seconds=1))
    assert refusal.value.code == "restore_clock"
    other = replace(elsewhere, secret_key="y" * 40)
    with pytest.raises(Problem) as refusal:
        restore_backup(other, tmp_path / "backup", replace=False, now=LATER)
    assert refusal.value.code == "backup_other_key"


def test_a_photo_that_is_lacking_is_reported_and_stops_no_backup(worked: Config, tmp_path: Path) -> None:
    (photo,) = (path for path in (worked.data_dir / "evidence").rglob("*") if path.is_file())
    photo.write_bytes(b"rotten")
    taken = take_backup(worked, tmp_path / "backup", clock=lambda: NOW)
    assert taken.photos_lacking == (photo.name,)
    check_files(tmp_path / "backup", taken.manifest)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_damaged_pages_are_noticed(worked: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Path(str(make_url(worked.database_url).database))
    services = open_services(worked)
    with services.sessions() as session:
        root = session.connection().exec_driver_sql(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_posting_entry_id'"
        )
        page = root.scalar_one()
        size = session.connection().exec_driver_sql("PRAGMA page_size").scalar_one()
    close(services)
    data = bytearray(database.read_bytes())
    data[(page - 1) * size : (page - 1) * size + 64] = b"\xff" * 64
    database.write_bytes(data)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(worked.data_dir))
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", worked.database_url)
    said = CliRunner().invoke(verify_ledger_command)
    assert said.exit_code == 1
    assert "pages database" in said.output
    with pytest.raises(Problem) as refusal:
        take(worked, tmp_path / "backup")
    assert refusal.value.code == "backup_failed"
    assert not (tmp_path / "backup").exists()


def test_the_program_makes_nothing_that_others_may_read(tmp_path: Path) -> None:
    place = tmp_path / "var"
    place.mkdir(mode=0o755)
    place.chmod(0o755)
    environment = os.environ | {"CURBSTOP_DATA_DIR": str(place)}
    backup = str(tmp_path / "backup")
    for command in (["migrate"], ["backup", backup], ["restore", "--replace", backup]):
        ran = subprocess.run(
            [sys.executable, "-m", "server", *command],
            env=environment, capture_output=True, text=True, check=False, umask=0o022, timeout=120,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
    for path in (place, *place.rglob("*"), tmp_path / "backup", *(tmp_path / "backup").rglob("*")):
        assert not path.stat().st_mode & 0o007, path

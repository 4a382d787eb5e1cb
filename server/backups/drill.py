"""The restore drill: the newest backup is put back beside the district, proved, and thrown away again."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from server.backups.integrity import page_damage
from server.backups.manifest import NAME, Manifest, read_manifest
from server.backups.restoring import restore_backup
from server.config import Config
from server.db import open_engine, session_factory
from workorders.problems import Problem
from workorders.queries.verify import verify_ledger
from workorders.tables import FieldEvent, Receipt


@dataclass(frozen=True, slots=True)
class Drill:
    """What the newest backup turned out to be; `differences` in words, none when everything adds up."""

    folder: Path
    manifest: Manifest
    differences: tuple[str, ...]
    last_event_at: datetime | None
    last_receipt: str | None


def newest_backup(backups: Path) -> Path:
    """The newest backup among the folders in `backups`, by its own words. Raises Problem backup_damaged."""
    found = [(read_manifest(path.parent).taken_at, path.parent) for path in backups.glob(f"*/{NAME}")]
    if not found:
        raise Problem("backup_damaged", folder=backups, reason="there is no backup in it")
    return max(found)[1]


def hold_drill(settings: Config, backups: Path, *, spare_url: str, room: Path | None, now: datetime) -> Drill:
    """Put the newest backup back into `spare_url` (empty: an SQLite file) and a folder made in `room`.

    Neither the district's database nor its data folder nor a CouchDB is touched. Raises Problem bad_setting
    when the spare database is the district's, and those of a restore.
    """
    if spare_url and _place(spare_url) == _place(settings.database_url):
        raise Problem("bad_setting", name="--into", reason="it is the district's own database")
    folder = newest_backup(backups)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=room) as place:
        config = Config(data_dir=Path(place) / "data", database_url=spare_url).checked()
        # What a drill left in the spare database is replaced.
        done = restore_backup(config, folder, replace=bool(spare_url), now=now)
        engine = open_engine(config.database_url)
        try:
            with session_factory(engine, read_only=True)() as session:
                words = [one.words for one in verify_ledger(session).differences]
                event_at, receipt = _last(session)
            differences = (*words, *page_damage(engine))
        finally:
            engine.dispose()
    return Drill(folder, done.manifest, differences, event_at, receipt)


def _place(url: str) -> tuple[str, str | None, int | None, str | None]:
    parsed = make_url(url)
    return parsed.get_backend_name(), parsed.host, parsed.port, parsed.database


def _last(session: Session) -> tuple[datetime | None, str | None]:
    received = session.scalar(select(func.max(FieldEvent.received_at)))
    return received, session.scalar(select(Receipt.number).order_by(Receipt.taken_at.desc()).limit(1))

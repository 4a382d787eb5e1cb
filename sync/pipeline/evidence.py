"""Photos and signatures move from the technician's database to evidence storage once ingested.

Files are named by their own content hash and nothing else: no name that a client chose becomes a path, the
same bytes are kept once, and a file that rots no longer matches its name.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from sync.pipeline.failures import stops_everything
from sync.stores.contract import Attachment, DatabaseMissing, DocumentStore, StoreUnavailable
from workorders.tables import Evidence, FieldEvent

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """A folder of files by SHA-256, in 256 subfolders."""

    folder: Path

    def put(self, data: bytes) -> str:
        """Keep `data`, durably, and return its SHA-256 in hex. Keeping it again changes nothing."""
        digest = hashlib.sha256(data).hexdigest()
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(target)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The file's bytes; None when it is missing or no longer what its name says."""
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def path(self, digest: str) -> Path:
        """Where a file lies. Raises ValueError for anything that is no SHA-256."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self.folder / digest[:2] / digest


def keep_evidence(
    sessions: sessionmaker[Session], store: DocumentStore, files: EvidenceFiles, *, limit: int = 50
) -> int:
    """Copy up to `limit` ingested attachments into evidence storage; returns how many.

    The row says so only after the file is on disk, so a crash in between copies again and loses nothing.
    """
    with sessions() as session:
        waiting = session.execute(
            select(Evidence.id, Evidence.event_id, Evidence.name, FieldEvent.technician_id)
            .join(FieldEvent, FieldEvent.id == Evidence.event_id)
            .where(Evidence.received, Evidence.sha256.is_(None))
            .order_by(Evidence.id)
            .limit(limit)
        ).all()
    kept: dict[int, str | None] = {}
    for id_, event, name, technician in waiting:
        try:
            found = _attachment(store, f"tech-{technician}", event, name)
            kept[id_] = None if found is None else files.put(found.data)
        except DatabaseMissing:
            continue
        except Exception as error:
            if isinstance(error, StoreUnavailable) or stops_everything(error):
                raise
            # One file that cannot be kept is tried again, and holds up no other.
            log.exception("evidence_failed", document=event, name=name)
            continue
        if found is None:
            log.warning("evidence_missing", document=event, name=name)
    if kept:
        with sessions.begin() as session:
            for row in session.scalars(select(Evidence).where(Evidence.id.in_(kept))):
                # What is not in the document any more is not here; a later revision may bring it.
                row.sha256, row.received = kept[row.id], kept[row.id] is not None
    return sum(digest is not None for digest in kept.values())


def _attachment(store: DocumentStore, database: str, event: str, name: str) -> Attachment | None:
    """The file of the winning revision, or of another leaf that carries it."""
    found = store.get_attachment(database, event, name)
    if found is not None:
        return found
    for leaf in store.read_leaves(database, [event]):
        if name in leaf.get("_attachments", {}):
            return store.get_attachment(database, event, name, leaf["_rev"])
    return None

"""A backup taken on one day and put back on another, with the real commands' code."""

import shutil
from datetime import datetime, timedelta

from demo.simulation.server import Server
from demo.simulation.stage import Stage
from server.backups.restoring import restore_backup
from server.backups.taking import take_backup


class Backups:
    """The operator's one backup, beside the data folder."""

    def __init__(self, server: Server, stage: Stage) -> None:
        self.server = server
        self.trace, self.witness = stage.trace, stage.witness
        self.folder = server.bench.folder.with_name(f"{server.bench.folder.name}-backup")
        self.taken_at: datetime | None = None

    def take(self) -> None:
        """Take it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.taken_at = self.server.clock()
        take_backup(self.server.bench.config, self.folder, clock=self.server.clock)
        self.trace.note("operator", "takes a backup")

    def put_back(self) -> None:
        """The records are as they were; what people and tablets have seen since, they have seen."""
        if self.taken_at is None:
            return
        self.server.clock.tick(timedelta(minutes=10).total_seconds())
        # Nobody may have the database open.
        self.server.bench.close()
        restore_backup(self.server.bench.config, self.folder, replace=True, now=self.server.clock())
        self.witness.forget_since(self.taken_at)
        self.trace.note("operator", f"puts back the backup of {self.taken_at:%d. %H:%M}")
        self.server.start()

    def close(self) -> None:
        """Remove what was taken."""
        shutil.rmtree(self.folder, ignore_errors=True)

"""The worker's sign of life: a file in the data folder whose time is when its last round began.

A file, because it has to be written while the database is away, and its time can be set on a full disk.
"""

import os
from datetime import datetime
from pathlib import Path

NAME = "worker-heartbeat"


def beat(data_dir: Path, now: datetime) -> None:
    """Note that the worker begins a round now. Raises OSError when the folder cannot be written."""
    path = data_dir / NAME
    path.touch(mode=0o600)
    os.utime(path, (now.timestamp(), now.timestamp()))


def age(data_dir: Path, now: datetime) -> float | None:
    """Seconds since the worker began its last round, None when it never did."""
    try:
        return max(0.0, now.timestamp() - (data_dir / NAME).stat().st_mtime)
    except FileNotFoundError:
        return None

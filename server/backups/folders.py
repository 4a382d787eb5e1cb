"""Folders that nobody else may read, written whole or not at all."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workorders.problems import Problem

BLOCK = 1 << 20
"""Bytes read at a time."""


@contextmanager
def new_folder(target: Path, *, outside: Path) -> Iterator[Path]:
    """Yield a folder beside `target` that takes its place when the block ends well, and is gone when not.

    `outside` is a folder that `target` must not lie in. Raises Problem backup_target.
    """
    target = target.expanduser().absolute()
    _check_target(target, outside)
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    private_folder(part)
    try:
        yield part
        _sync(part)
        part.replace(target)
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _check_target(target: Path, outside: Path) -> None:
    if target.resolve().is_relative_to(outside.resolve()):
        raise Problem("backup_target", folder=target, reason="it lies in the data folder itself")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise Problem("backup_target", folder=target, reason="it is no folder")
    if not target.exists():
        return
    if target.stat().st_uid != os.getuid() or target.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Problem("backup_target", folder=target, reason="others may write into it")
    if any(target.iterdir()):
        raise Problem("backup_target", folder=target, reason="it is not empty")


def private_folder(folder: Path) -> None:
    """Make a folder with all above it that are missing, each for its owner alone."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy one file's bytes durably; it appears under its name only when it is whole."""
    private_folder(target.parent)
    part = target.with_name(f".{target.name}.part")
    with source.open("rb") as given, part.open("wb") as made:
        part.chmod(0o600)
        shutil.copyfileobj(given, made, BLOCK)
        made.flush()
        os.fsync(made.fileno())
    part.replace(target)


def write_private(target: Path, data: bytes) -> None:
    """Write a small file that only its owner may read, over what was there."""
    private_folder(target.parent)
    part = target.with_name(f".{target.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def files_below(folder: Path) -> Iterator[Path]:
    """Every regular file below a folder, in order; nothing that a link leads to."""
    for directory, names, files in os.walk(folder, followlinks=False):
        names.sort()
        for name in sorted(files):
            path = Path(directory, name)
            if path.is_file() and not path.is_symlink():
                yield path


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk before anybody relies on them."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

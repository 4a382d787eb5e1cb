"""`manifest.json`: what a backup holds, from when, and how to check that it is still all there."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from server.backups.folders import digest_of_file, files_below, write_private
from workorders.problems import Problem

NAME = "manifest.json"
FORMAT = 1
DATA = "data"
"""Folder of the files that lay in the data folder: evidence, maps, streets, the secret key."""
SECRET = "secret_key"  # noqa: S105 - the name of a file, not a secret


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup. `files` maps paths below its folder to SHA-256 in hex."""

    taken_at: datetime
    """Everything confirmed before this instant is in it."""
    engine: str
    """sqlite | postgresql: it goes back into the same kind."""
    revision: str
    """Schema revision of the database."""
    incarnation: int
    documents: str
    """embedded | couchdb: where technicians' documents were; a CouchDB is not in the backup."""
    tables: tuple[str, ...]
    """PostgreSQL: the tables in an order in which they may be filled."""
    sequences: Mapping[str, int]
    """PostgreSQL: the last number each sequence gave out."""
    files: Mapping[str, str]


def write_manifest(folder: Path, about: Mapping[str, Any]) -> Manifest:
    """Note every file of the folder, last of all: a folder without a manifest is no backup."""
    files = {str(path.relative_to(folder)): digest_of_file(path) for path in files_below(folder)}
    made = Manifest(**about, files=files)
    values = asdict(made) | {"format": FORMAT, "taken_at": made.taken_at.isoformat()}
    write_private(folder / NAME, json.dumps(values, indent=1).encode())
    return made


def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself. Raises Problem backup_damaged."""
    try:
        values = json.loads((folder / NAME).read_bytes())
        if values.pop("format") != FORMAT:
            raise Problem("backup_damaged", folder=folder, reason="it was made by a newer program")
        values |= {"taken_at": datetime.fromisoformat(values["taken_at"]), "tables": tuple(values["tables"])}
        return Manifest(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem("backup_damaged", folder=folder, reason=f"{NAME} cannot be read") from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its hash. Raises Problem backup_damaged naming the first that differs."""
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Problem("backup_damaged", folder=folder, reason=f"{name} lies outside of it")
        if not path.is_file():
            raise Problem("backup_damaged", folder=folder, reason=f"{name} is missing")
        if digest_of_file(path) != digest:
            raise Problem("backup_damaged", folder=folder, reason=f"{name} is not what was written")
    strange = {str(path.relative_to(folder)) for path in files_below(folder)} - {*manifest.files, NAME}
    if strange:
        raise Problem("backup_damaged", folder=folder, reason=f"{min(strange)} does not belong to it")

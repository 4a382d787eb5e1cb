"""Secrets given as files, as containers and systemd's credentials hand them out: `CURBSTOP_…_FILE`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from workorders.problems import Problem

FILE = "_FILE"
MOST_BYTES = 65_536
"""Far more than a secret or an address has: another file was named by mistake."""


def with_files(env: Mapping[str, str], secret: Iterable[str]) -> dict[str, str]:
    """`env` with each of the `secret` names read from the file that `<name>_FILE` names.

    The line's end is not part of the secret. Raises Problem bad_setting, which never shows what a file holds.
    """
    read = dict(env)
    for name in secret:
        if (path := read.pop(name + FILE, None)) is None:
            continue
        if name in read:
            reason = f"{name} is given as well; keep one of the two"
            raise Problem("bad_setting", name=name + FILE, reason=reason)
        read[name] = _secret_of(path.strip(), name + FILE)
    return read


def _secret_of(path: str, name: str) -> str:
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        text = data.decode().rstrip("\r\n")
    except OSError as error:
        reason = f"{path} cannot be read: {error.strerror}"
        raise Problem("bad_setting", name=name, reason=reason) from error
    except ValueError:
        # From None: the error would carry the bytes into a log.
        raise Problem("bad_setting", name=name, reason=f"{path} is not text in UTF-8") from None
    if len(data) > MOST_BYTES:
        raise Problem("bad_setting", name=name, reason=f"{path} is longer than a secret can be")
    if not text.strip():
        raise Problem("bad_setting", name=name, reason=f"{path} is empty")
    if "\n" in text or "\0" in text:
        raise Problem("bad_setting", name=name, reason=f"{path} has more than one line")
    return text

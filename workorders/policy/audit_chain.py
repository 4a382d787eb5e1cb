"""The audit as a chain: each line's hash covers its own words and the line before. Pure.

Whoever edits, adds or takes out a line would have to write every later one anew, and the newest hash would no
longer be the one that somebody noted elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

BEGINNING = "0" * 64
"""Stands before the first line."""


def line_hash(
    previous: str,
    *,
    subject: str,
    at: datetime,
    actor: str,
    kind: str,
    reason: str | None,
    changes: Mapping[str, Any],
) -> str:
    """SHA-256 (64 hexadecimal digits) of the line after `previous`; the same on every engine."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    said = [previous, subject, moment, actor, kind, reason, changes]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

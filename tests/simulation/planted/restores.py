"""Planted faults of a restore: what was rolled back outranks what happened since, or is never heard of."""

from contextlib import AbstractContextManager
from unittest.mock import patch

from server import worker
from server.backups import restoring
from workorders.usecases.district import incarnation
from workorders.usecases.district.incarnation import Pace

NOTHING = Pace(0, 0)


def a_restored_server_keeps_its_feeds() -> AbstractContextManager[object]:
    """Tablets go on from where they were in a feed that went back: they send nothing again."""
    return patch.object(restoring, "begin_feeds", lambda _session: None)


def a_restored_backup_is_outranked() -> AbstractContextManager[object]:
    """Documents go on from the generation of the backup: what tablets hold of later wins."""
    return patch.object(worker, "continue_documents", lambda *_given, **_named: 0)


def a_restored_server_gives_numbers_again() -> AbstractContextManager[object]:
    """Order numbers and assignments that were given out since the backup are given a second time."""
    return patch.multiple(incarnation, COUNTERS={}, EPOCHS=NOTHING, SEQUENCES=NOTHING, GENERATIONS=NOTHING)


def a_restore_lets_revoked_tablets_in() -> AbstractContextManager[object]:
    """What was taken out of use since the backup works again."""
    return patch.object(restoring, "_read_replaced", lambda *_given: {})


PLANTED = (
    a_restored_server_keeps_its_feeds,
    a_restored_backup_is_outranked,
    a_restored_server_gives_numbers_again,
    a_restore_lets_revoked_tablets_in,
)

"""Planted faults around tablets: revoked ones that get in, receipts of an emptied one given again."""

from contextlib import AbstractContextManager
from unittest.mock import patch

from mobile_api.revocations import Revocations


def a_revoked_tablet_gets_in() -> AbstractContextManager[object]:
    """A token goes on opening the database after its tablet was taken out of use."""
    return patch.object(Revocations, "has", lambda *_given: False)


PLANTED = (a_revoked_tablet_gets_in,)

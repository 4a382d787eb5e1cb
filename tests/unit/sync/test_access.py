"""Who may open and write what: everything not allowed is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.access import Caller, device_of, local_owner, may_open, write_refusal

TABLET = Caller("t7", frozenset({"tech-7", "device:d1"}), "d1", 100.0)
ADMIN = Caller("root", frozenset(), None, None, is_admin=True)
PERSON = Caller("t7", frozenset({"tech-7"}), None, None)
STRANGER = Caller("x", frozenset({"admins", "tech-8"}), None, None)


def test_a_technician_opens_only_the_own_database() -> None:
    assert may_open(TABLET, "tech-7")
    assert not may_open(TABLET, "tech-77")
    assert not may_open(TABLET, "tech-8")
    assert not may_open(STRANGER, "admins"), "a role opens a database only when it is a technician's"
    assert may_open(ADMIN, "anything")


@pytest.mark.parametrize("doc_id", ["event:d1:1", "event:d1:0", "event:d1:999999999999999999"])
def test_a_tablet_writes_its_own_events(doc_id: str) -> None:
    assert write_refusal(TABLET, "tech-7", doc_id, deleted=False) is None


@pytest.mark.parametrize(
    "doc_id",
    [
        "order:1",
        "ack:event:d1:1",
        "route:2026-03-02",
        "ref:fees",
        "_design/guard",
        "event:d2:1",
        "event:d1:",
        "event:d1:x",
        "event:d1:1:2",
        "event:d1:١",
        "event:d1:1\n",
        "event:d11:1",
        "Event:d1:1",
        "event:d1",
        "",
    ],
)
def test_a_tablet_writes_nothing_else(doc_id: str) -> None:
    assert write_refusal(TABLET, "tech-7", doc_id, deleted=False)


def test_an_event_cannot_be_deleted() -> None:
    assert write_refusal(TABLET, "tech-7", "event:d1:1", deleted=True)


def test_another_technicians_database_is_closed_for_writing_too() -> None:
    assert write_refusal(TABLET, "tech-8", "event:d1:1", deleted=False)


def test_a_device_needs_both_its_name_and_its_role() -> None:
    assert device_of(TABLET) == "d1"
    assert device_of(Caller("t", frozenset({"tech-7"}), "d1", None)) is None
    assert device_of(Caller("t", frozenset({"tech-7", "device:d2"}), "d1", None)) is None
    assert device_of(Caller("t", frozenset({"tech-7", "device:"}), "", None)) is None
    assert write_refusal(PERSON, "tech-7", "event:d1:1", deleted=False)


def test_checkpoints_live_apart() -> None:
    other = Caller("t7", frozenset({"tech-7", "device:d2"}), "d2", None)
    owners = [local_owner(caller) for caller in (ADMIN, TABLET, other, PERSON)]
    assert len(set(owners)) == 4


@given(st.text(), st.booleans())
def test_an_administrator_may_do_all(doc_id: str, deleted: bool) -> None:
    assert write_refusal(ADMIN, "tech-7", doc_id, deleted=deleted) is None


@given(st.text(), st.text(), st.booleans())
def test_nobody_else_may_do_anything(database: str, doc_id: str, deleted: bool) -> None:
    nobody = Caller("n", frozenset(), None, None)
    assert not may_open(nobody, database)
    assert write_refusal(nobody, database, doc_id, deleted=deleted)

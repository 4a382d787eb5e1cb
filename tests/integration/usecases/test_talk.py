"""Messages between dispatchers and technicians, on both engines: written once, read once, never lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.pipeline.render import render
from tests.integration.usecases import world
from tests.integration.usecases.tablet import Tablet
from tests.integration.usecases.world import NOW, take
from workorders.problems import Problem
from workorders.queries.talk import conversation, correspondents, unread_messages
from workorders.tables import FieldEvent, FieldMessage, Outbox
from workorders.usecases.field.talk import read_by_office, send_message


def documents(session: Session, technician: str = "t01") -> dict[str, Any]:
    """Every message document that waits to be published for the technician."""
    waiting = select(Outbox.topic, Outbox.key, Outbox.id).where(
        Outbox.technician_id == technician, Outbox.topic == "message", Outbox.published_at.is_(None)
    )
    subjects = {(row.topic, row.key): row.id for row in session.execute(waiting)}
    return render(session, technician, subjects, now=NOW)


def test_a_message_to_the_field_is_published_and_comes_back_read(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    message = send_message(
        session, "t01", text=" Gate code 4711 ", order_number=order.number, now=NOW, actor="dana"
    )
    document = documents(session)[f"message:{message.id}"]
    assert (document["from"], document["order"], document["text"]) == (
        "office",
        order.number,
        "Gate code 4711",
    )
    assert (document["read_at"], document["event"]) == (None, None)
    seen = Tablet().event("messages_read", order, {"messages": [message.id, 999]})
    seen["order"], seen["epoch"] = None, None
    assert take(session, seen).status == "posted"
    session.refresh(message)
    assert message.read_by == "t01"
    assert documents(session)[f"message:{message.id}"]["read_at"] is not None
    assert documents(session, "t02") == {}


def test_a_message_from_the_field_is_kept_once_and_its_reading_is_published(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    state = order.state
    written = Tablet().event("message", order, {"canned": "running_late", "text": "Road works"})
    for revision in ("1-a", "2-b"):
        assert take(session, written, revision).status == "posted"
    message = session.scalars(select(FieldMessage)).one()
    assert (message.canned, message.text, message.order_number) == (
        "running_late",
        "Road works",
        order.number,
    )
    assert session.scalars(select(FieldEvent.order_number)).one() == order.number
    assert order.state == state
    assert unread_messages(session) == 1
    first = correspondents(session)[0]
    assert (first.id, first.unread) == ("t01", 1)
    assert read_by_office(session, "t01", now=NOW, actor="dana") == 1
    assert read_by_office(session, "t01", now=NOW, actor="sam") == 0
    assert [one.read_by for one in conversation(session, "t01")] == ["dana"]
    document = documents(session)[f"message:{message.id}"]
    assert (document["event"], document["read_at"] is not None) == (written["_id"], True)


def test_a_message_about_no_order_or_an_unknown_one_is_kept(session: Session) -> None:
    order = world.sent(session, "reread", 1)
    tablet = Tablet()
    about_the_day = tablet.event("message", order, {"text": "Flat tire"})
    about_the_day |= {"order": None, "epoch": None}
    about_nothing = tablet.event("message", order, {"canned": "of_a_later_app"})
    about_nothing |= {"order": "W999999"}
    for document in (about_the_day, about_nothing):
        assert take(session, document).status == "posted"
    kept = conversation(session, "t01")
    assert [(one.text, one.canned, one.order_number) for one in kept] == [
        ("Flat tire", None, None),
        ("of_a_later_app", None, "W999999"),
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("message", {}),
        ("message", {"text": "  "}),
        ("message", {"text": "x" * 501}),
        ("messages_read", {"messages": []}),
        ("messages_read", {"messages": ["7"]}),
        ("messages_read", {"messages": 7}),
    ],
)
def test_what_says_nothing_is_quarantined(session: Session, kind: str, body: dict[str, Any]) -> None:
    order = world.sent(session, "reread", 1)
    assert take(session, Tablet().event(kind, order, body)).status == "quarantined"
    assert session.scalars(select(FieldMessage)).all() == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"canned": "sing"}, "canned"),
    ],
)
def test_a_dispatcher_reads_what_is_wrong(session: Session, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as caught:
        send_message(session, "t01", **given, now=NOW, actor="dana")
    assert caught.value.details["field"] == field
    with pytest.raises(Problem, match="There is no"):
        send_message(session, "t01", text="Hello", order_number="W999999", now=NOW, actor="dana")
    with pytest.raises(Problem, match="There is no"):
        send_message(session, "nobody", text="Hello", now=NOW + timedelta(1), actor="dana")

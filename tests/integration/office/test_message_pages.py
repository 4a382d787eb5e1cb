"""The dispatchers' messages page: who may use it, what it says, and what becomes of what is written."""

from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from workorders.tables import FieldMessage

PAGE = "/dispatch/messages"


def from_field(office: Office, text: str) -> None:
    with office.services.sessions.begin() as session:
        session.add(
            FieldMessage(
                technician_id="t01",
                from_office=False,
                author="t01",
                canned="need_help",
                text=text,
                written_at=CLOCK,
                recorded_at=CLOCK,
                event_id="event:abcd:00000001",
            )
        )


def test_dispatchers_write_and_read_and_others_do_not(office: Office) -> None:
    for name in ("carla", "casey"):
        assert office.client(name).get(PAGE).status_code == 403
        assert office.post(name, f"{PAGE}/t01", text="Hello").status_code == 403
    dana = office.client("dana")
    assert "Choose a technician." in dana.get(PAGE).text
    assert "No messages yet." in dana.get(f"{PAGE}?technician=t01").text
    assert office.post("dana", f"{PAGE}/t01", text="Gate code 4711").status_code == 302
    assert office.post("sam", f"{PAGE}/t01", canned="call_office").status_code == 302
    text = dana.get(f"{PAGE}/t01/talk").text
    for words in ("Gate code 4711", "Call dispatch when you can.", "not read yet"):
        assert words in text
    with office.services.read_sessions() as session:
        assert session.scalars(select(FieldMessage.author).order_by(FieldMessage.id)).all() == ["dana", "sam"]


def test_what_the_field_wrote_is_counted_until_it_is_read(office: Office) -> None:
    from_field(office, "Valve is <b>stuck</b>")
    dana = office.client("dana")
    assert "1 new" in dana.get("/dispatch/status").text
    text = dana.get(f"{PAGE}?technician=t01").text
    assert "I need help here. Valve is &lt;b&gt;stuck&lt;/b&gt;" in text
    assert "1 new" in text
    answer = office.post("dana", f"{PAGE}/t01/read")
    assert answer.status_code == 302
    assert "none new" in dana.get("/dispatch/status").text
    assert "Mark as read" not in dana.get(f"{PAGE}?technician=t01").text


def test_what_cannot_be_sent_says_why_and_keeps_what_was_typed(office: Office) -> None:
    answer = office.post("dana", f"{PAGE}/t01", text="Read it again", order="w999999")
    assert answer.status_code == 404
    assert "Read it again" in answer.text
    assert office.post("dana", f"{PAGE}/t01", text=" ").status_code == 422
    assert office.post("dana", f"{PAGE}/nobody", text="Hello").status_code == 404
    assert office.client("dana").get(f"{PAGE}?technician=nobody").status_code == 404

"""Reports and receipts by e-mail: one file for each due time, whatever happens in between."""

import email
import email.policy
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from server.auth import users
from server.exports import outgoing
from server.exports.outgoing import mail_round
from server.services import Services
from tests.integration.office.conftest import Office
from tests.integration.office.morning import CLOCK
from tests.pdf_text import pdf_pages
from workorders.tables import Customer, OutgoingMail, ReportSchedule

DUE = datetime.fromisoformat("2026-03-03T12:00:00+00:00")
"""Six in the morning in Chicago after CLOCK."""
FORM = {
    "every": "daily",
    "hour": "6",
    "weekday": "0",
    "month_day": "1",
    "form": "csv",
    "period": "previous",
    "recipients": "manager@example.org, audit@example.org",
}


class Mailing:
    """The application with its worker's letters, at an hour of one's own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.folder = office.services.config.data_dir / "outgoing"

    def schedule(self, report: str = "money-received", **more: str) -> Any:
        return self.office.post("sam", f"/reports/{report}/schedules", **FORM | more)

    def services(self, at: datetime) -> Services:
        return replace(self.office.services, clock=lambda: at)

    def run(self, at: datetime) -> int:
        return mail_round(self.services(at))

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml")) if self.folder.is_dir() else []

    def letters(self) -> list[EmailMessage]:
        found = []
        for path in self.files():
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found


@pytest.fixture
def mailing(office: Office) -> Mailing:
    return Mailing(office)


def attachment(letter: EmailMessage) -> tuple[str, bytes]:
    (part,) = letter.iter_attachments()
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return part.get_filename() or "", body


def body_of(letter: EmailMessage) -> str:
    part = letter.get_body()
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_a_report_is_written_once_for_its_due_time(mailing: Mailing) -> None:
    assert mailing.schedule().headers["Location"] == "/reports/schedules"
    assert mailing.run(DUE - timedelta(minutes=1)) == 0
    assert [
        mailing.run(DUE),
        mailing.run(DUE + timedelta(seconds=5)),
        mailing.run(DUE + timedelta(hours=5)),
    ] == [
        1,
        0,
        0,
    ]
    (letter,) = mailing.letters()
    assert letter["To"] == "manager@example.org, audit@example.org"
    assert letter["From"] == "Demo Falls Utilities <curbstop@localhost>"
    assert letter["Subject"] == "Payments by day and way, Demo Falls Utilities"
    assert letter["Date"].datetime == DUE
    assert letter["Message-ID"].endswith("@localhost>")
    assert letter["Auto-Submitted"] == "auto-generated"
    name, body = attachment(letter)
    assert name == "money-received-2026-03-03.csv"
    # The rows are those of the page on the day before.
    page = mailing.office.client("sam").get("/reports/money-received.csv?from=2026-03-02&until=2026-03-02")
    assert body == page.data
    assert len(body.splitlines()) > 1
    said = body_of(letter)
    assert "Mar 2, 2026 – Mar 2, 2026" in said
    assert "Sam Supervisor scheduled it" in said
    raw = mailing.files()[0].read_bytes()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert mailing.files()[0].stat().st_mode & 0o077 == 0


def test_after_a_pause_only_the_latest_due_time_is_made_up_for(mailing: Mailing) -> None:
    mailing.schedule()
    late = DUE + timedelta(days=9, hours=3)
    assert mailing.run(late) == 1
    assert mailing.run(late + timedelta(minutes=1)) == 0
    with mailing.office.services.read_sessions() as session:
        (letter,) = session.scalars(select(OutgoingMail))
        schedule = session.scalars(select(ReportSchedule)).one()
    # Summer time has begun meanwhile: six in the morning is an hour earlier.
    assert letter.details["due"] == "2026-03-12T11:00:00+00:00"
    assert schedule.next_due_at == datetime.fromisoformat("2026-03-13T11:00:00+00:00")
    assert mailing.run(schedule.next_due_at) == 1
    assert len(mailing.files()) == 2


@pytest.mark.parametrize("taken", [False, True], ids=["folder kept", "file taken at once"])
@pytest.mark.parametrize("point", ["made", "ready", "renamed"])
def test_ended_anywhere_it_is_written_exactly_once(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch, point: str, taken: bool
) -> None:
    """`taken`: a mail program takes each file as soon as it is there."""
    mailing.schedule()
    sent: list[str] = []

    def take() -> None:
        for path in mailing.files():
            sent.append(path.name)
            if taken:
                path.unlink()

    class Ended(BaseException):
        """The power goes."""

    def ends(*_args: Any, **_given: Any) -> None:
        take()
        raise Ended

    if point == "made":
        monkeypatch.setattr(outgoing, "mark_ready", ends)
    elif point == "ready":
        monkeypatch.setattr(Path, "rename", ends)
    else:
        monkeypatch.setattr(outgoing, "mark_written", ends)
    with pytest.raises(Ended):
        mailing.run(DUE)
    monkeypatch.undo()
    if point != "renamed":
        assert mailing.files() == []
    mailing.run(DUE + timedelta(seconds=5))
    mailing.run(DUE + timedelta(seconds=10))
    take()
    if not taken:
        sent = [path.name for path in mailing.files()]
    assert len(sent) == 1
    assert [path.name for path in mailing.folder.iterdir() if path.name.startswith(".letter")] == []
    with mailing.office.services.read_sessions() as session:
        assert session.scalars(select(OutgoingMail.state)).all() == ["written"]


def test_a_failure_is_on_the_health_page_and_tried_again(
    mailing: Mailing, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing.schedule()
    office = mailing.office
    mailing.folder.parent.mkdir(parents=True, exist_ok=True)
    mailing.folder.write_text("a file where the folder should be")
    assert mailing.run(DUE) == 0
    page = office.client("sam").get("/office/health").text
    assert "The outgoing folder cannot be written." in page
    assert "manager@example.org" in page
    assert "Failed" in office.client("sam").get("/reports/schedules").text
    mailing.folder.unlink()
    assert mailing.run(DUE + timedelta(seconds=30)) == 0, "not before its next try"
    assert office.post("casey", "/office/health/letters/1", what="retry").status_code == 403
    assert office.post("sam", "/office/health/letters/1", what="retry").status_code == 302
    assert mailing.run(DUE + timedelta(seconds=31)) == 1
    assert "manager@example.org" not in office.client("sam").get("/office/health").text


def test_it_is_run_with_the_rights_of_whoever_scheduled_it(mailing: Mailing) -> None:
    mailing.schedule("overrides")
    with mailing.office.services.sessions.begin() as session:
        users.set_roles(session, "sam", ["csr"], now=CLOCK, actor="ada")
    assert mailing.run(DUE) == 0
    page = mailing.office.client("ada").get("/office/health").text
    assert "may not read this report any more" in page
    assert mailing.office.post("ada", "/office/health/letters/1", what="set_aside").status_code == 302
    assert mailing.run(DUE + timedelta(days=3, hours=-1)) == 0
    assert mailing.files() == []


def test_a_schedule_that_was_ended_sends_no_more(mailing: Mailing) -> None:
    mailing.schedule()
    assert "Payments by day and way" in mailing.office.client("sam").get("/reports/schedules").text
    assert mailing.office.post("sam", "/reports/schedules/1/end").status_code == 302
    assert mailing.office.post("sam", "/reports/schedules/1/end").status_code == 404
    assert mailing.run(DUE) == 0
    assert "No report is scheduled." in mailing.office.client("sam").get("/reports/schedules").text


def test_spreadsheets_and_printed_reports_with_filters_in_spanish(mailing: Mailing) -> None:
    office = mailing.office
    client = office.client("sam")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es"
    form: dict[str, str] = FORM | {"filter-type": "reread", "csrf_token": "the-token-of-this-session"}
    for kind in ("xlsx", "pdf"):
        answer = client.post("/reports/open-order-list/schedules", data=form | {"form": kind})
        assert answer.status_code == 302
    assert mailing.run(DUE) == 2
    sheet, paper = mailing.letters()
    assert sheet["Content-Language"] == "es"
    assert "lo programó" in body_of(sheet).lower()
    with ZipFile(io.BytesIO(attachment(sheet)[1])) as book:
        assert "xl/workbook.xml" in book.namelist()
    assert "Tipo: Relectura" in pdf_pages(attachment(paper)[1])[0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"recipients": ""}, "at least one email address"),
        ({"recipients": "manager"}, "name@domain"),
        ({"recipients": "a@example.org\r\nBcc: x@example.org"}, "name@domain"),
        ({"recipients": " ".join(f"p{n}@example.org" for n in range(21))}, "at most 20 addresses"),
        ({"hour": "24"}, "At the hour"),
        ({"every": "hourly"}, "How often"),
        ({"form": "exe"}, "one of csv, xlsx, pdf"),
        ({"sort": "nothing"}, "one of"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(mailing: Mailing, more: dict[str, str], why: str) -> None:
    answer = mailing.schedule(**more)
    assert answer.status_code == 422
    assert why in answer.text


def test_only_supervisors_schedule(shared_office: Office) -> None:
    for name in ("dana", "casey", "carla"):
        assert shared_office.post(name, "/reports/money-received/schedules", **FORM).status_code == 403
        assert "Send it by e-mail" not in shared_office.client(name).get("/reports/open-orders").text
    assert shared_office.post("sam", "/reports/nothing/schedules", **FORM).status_code == 404


def test_what_was_sent_to_whom_cannot_be_changed(mailing: Mailing) -> None:
    mailing.schedule()
    mailing.run(DUE)
    changes: list[str] = [
        "UPDATE outgoing_mail SET recipients = '[]'",
        "UPDATE outgoing_mail SET state = 'waiting'",
        "DELETE FROM outgoing_mail",
    ]
    for statement in changes:
        with mailing.office.services.sessions() as session, pytest.raises(DBAPIError):
            session.execute(text(statement))


def _pay(office: Office) -> Callable[[], Any]:
    paid = {"account": "A7", "amount": "80", "tender-0": "cash", "tendered-0": "100", "request_id": "CR-1"}
    office.post("casey", "/office/counter", **paid, step="take")
    return lambda: office.post("casey", "/office/counter/receipts/C-000001/mail")


def test_a_receipt_goes_to_the_customers_address_once(mailing: Mailing) -> None:
    office = mailing.office
    send = _pay(office)
    assert "By e-mail" not in office.client("casey").get("/office/counter/receipts/C-000001").text
    assert send().status_code == 422
    with office.services.sessions.begin() as session:
        session.execute(update(Customer).values(email="customer7@example.org", language="es"))
    assert (
        "Send it to customer7@example.org"
        in office.client("casey").get("/office/counter/receipts/C-000001").text
    )
    assert [send().status_code, send().status_code] == [302, 302]
    assert mailing.run(CLOCK) == 1
    assert mailing.run(CLOCK + timedelta(minutes=1)) == 0
    (letter,) = mailing.letters()
    assert letter["To"] == "customer7@example.org"
    assert letter["Subject"] == "Recibo C-000001, Demo Falls Utilities"
    said = body_of(letter)
    assert "Gracias" in said
    assert "80.00" in said
    assert "Cambio" in said
    assert list(letter.iter_attachments()) == []
    page = office.client("casey").get("/office/counter/receipts/C-000001").text
    assert "Written" in page
    assert "Send it to" not in page


def test_a_receipt_that_is_void_is_not_sent(mailing: Mailing) -> None:
    office = mailing.office
    with office.services.sessions.begin() as session:
        session.execute(update(Customer).values(email="customer7@example.org"))
    send = _pay(office)
    assert send().status_code == 302
    office.post("casey", "/office/counter/receipts/C-000001/void", reason="wrong account")
    assert mailing.run(CLOCK) == 0
    assert mailing.files() == []
    assert "The receipt is void by now" in office.client("sam").get("/office/health").text
    assert office.post("casey", "/office/counter/receipts/C-000001/mail").status_code == 422


def test_a_refused_schedule_keeps_what_was_typed(mailing: Mailing) -> None:
    asked = {"shown-from": "2026-02-01", "shown-until": "2026-02-28"}
    answer = mailing.schedule(
        recipients="nobody at all",
        every="weekly",
        weekday="4",
        hour="17",
        form="xlsx",
        month_day="9",
        **asked,
    )
    assert answer.status_code == 422
    page = answer.text
    assert '<details class="card schedule" open>' in page
    assert 'value="nobody at all"' in page
    assert 'aria-invalid="true"' in page
    for chosen in (
        'value="weekly" selected',
        'value="4" selected',
        'value="17" selected',
        'value="xlsx" selected',
    ):
        assert chosen in page
    assert 'name="month_day" min="1" max="31" value="9"' in page
    assert 'value="2026-02-01"' in page, "the page itself is as it was"
    with mailing.office.services.read_sessions() as session:
        assert session.scalars(select(ReportSchedule)).first() is None
    assert mailing.schedule(every="hourly", recipients="a@example.org").status_code == 422
    assert mailing.schedule("no-such-report").status_code == 404

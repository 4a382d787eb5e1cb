"""The page of webhooks: an administrator adds one, sees what fails, and has it sent again."""

import re

from sqlalchemy import select

from tests.integration.office.conftest import Office
from workorders.tables import AdminChange, Webhook, WebhookDelivery
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.exchange.webhooks import note_try

FORM = {"name": "Billing", "address": "https://billing.example/curbstop", "kinds": ["receipts", "reads"]}


def added(office: Office) -> Webhook:
    assert office.post("ada", "/admin/webhooks", **FORM).status_code == 201
    with office.services.read_sessions() as session:
        return session.scalars(select(Webhook)).one()


def failed(office: Office, number: int) -> int:
    with office.services.sessions.begin() as session:
        record_payment(session, "P-hook", "A12", 500, "web", now=office.services.clock(), actor="casey")
    with office.services.sessions.begin() as session:
        delivery = session.scalars(select(WebhookDelivery)).one().id
        now = office.services.clock()
        note_try(session, delivery, failure="answered", status=503, answer="<b>busy</b>", now=now)
    return delivery


def test_the_secret_is_shown_once_and_kept_sealed(office: Office) -> None:
    answer = office.post("ada", "/admin/webhooks", **FORM)
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r'class="mono token">([^<]+)<', answer.text)
    assert found is not None
    secret = found[1]
    assert len(secret) >= 40
    with office.services.read_sessions() as session:
        webhook = session.scalars(select(Webhook)).one()
        assert secret not in webhook.secret
        line = session.scalars(select(AdminChange).where(AdminChange.kind == "webhook_added")).one()
        assert secret not in str(line.changes)
        assert line.changes["kinds"] == [None, ["reads", "receipts"]]
    assert secret not in office.client("ada").get("/admin/webhooks").text


def test_what_is_wrong_is_named_and_what_was_typed_stays(office: Office) -> None:
    for field, value, said in (
        ("address", "http://billing.example/", "must begin with https://"),
        ("address", "https://169.254.169.254/latest", "may not reach"),
        ("secret", "short", "from 24 to 200 characters"),
        ("kinds", [], "Choose at least one"),
        ("name", " ", "is needed"),
    ):
        answer = office.post("ada", "/admin/webhooks", **FORM | {field: value})
        assert answer.status_code == 422, field
        assert said in answer.text
        if field != "name":
            assert 'value="Billing"' in answer.text
        assert "short" not in answer.text.partition("<form")[2].partition("Shown")[0] or field != "secret"
    with office.services.read_sessions() as session:
        assert session.scalars(select(Webhook)).first() is None


def test_what_fails_is_seen_and_sent_again(office: Office) -> None:
    webhook = added(office)
    delivery = failed(office, webhook.id)
    assert "1 fails" in office.client("ada").get("/admin/webhooks").text
    page = office.client("ada").get(f"/admin/webhooks/{webhook.id}?state=failing").text
    assert "The receiver answered with an error." in page
    assert "&lt;b&gt;busy" in page
    address = f"/admin/webhooks/{webhook.id}/deliveries/{delivery}/again"
    assert office.post("ada", address).status_code == 302
    with office.services.read_sessions() as session:
        one = session.get_one(WebhookDelivery, delivery)
        assert (one.state, one.failures, one.next_try_at) == ("waiting", 0, None)
    assert office.post("ada", f"/admin/webhooks/{webhook.id}/again").status_code == 302
    assert office.post("ada", f"/admin/webhooks/{webhook.id}/test").status_code == 302
    assert office.post("ada", f"/admin/webhooks/{webhook.id}/deliveries/99/again").status_code == 404
    assert office.post("ada", "/admin/webhooks/99/again").status_code == 404
    assert office.client("ada").get("/admin/webhooks/99").status_code == 404


def test_ended_it_stays_to_be_read(office: Office) -> None:
    webhook = added(office)
    failed(office, webhook.id)
    assert office.post("ada", f"/admin/webhooks/{webhook.id}/end").status_code == 302
    assert office.post("ada", f"/admin/webhooks/{webhook.id}/end").status_code == 404
    page = office.client("ada").get(f"/admin/webhooks/{webhook.id}").text
    assert "Ended" in page
    assert "End it" not in page


def test_administrators_alone(office: Office) -> None:
    webhook = added(office)
    for name in ("casey", "sam"):
        assert office.client(name).get("/admin/webhooks").status_code == 403
        assert office.post(name, f"/admin/webhooks/{webhook.id}/end").status_code == 403


def test_health_names_a_receiver_that_refuses_and_what_to_do(office: Office) -> None:
    webhook = added(office)
    assert "failing-webhooks" not in office.client("sam").get("/office/health").text
    failed(office, webhook.id)
    page = office.client("sam").get("/office/health").text
    assert all(words in page for words in ("Billing", "Ask who runs the receiver", "503", "&lt;b&gt;busy"))
    assert f"/admin/webhooks/{webhook.id}" not in page, "a supervisor may not open it"
    assert f"/admin/webhooks/{webhook.id}" in office.client("ada").get("/office/health").text

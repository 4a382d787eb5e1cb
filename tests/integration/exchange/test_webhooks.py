"""Webhooks: each fact reaches a real receiver at least once, signed, whatever happens in between."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.auth.secrets_kept import sealed
from server.config import Config
from server.exports import webhook_request, webhook_sending
from server.exports.webhook_sending import webhook_round
from server.imports import import_rows
from server.services import Services, open_services
from tests.integration.exchange.receiver import SECRET, Receiver, receiver
from tests.integration.usecases import answers, world
from tests.integration.usecases.tablet import Tablet
from workorders.ledger import draft, post_all
from workorders.messages.message import Message
from workorders.policy.webhooks import GIVEN_UP_AFTER, KINDS, Target
from workorders.problems import Problem
from workorders.queries.export_rows import MONEY_IN
from workorders.queries.exports import EXPORTS
from workorders.queries.webhooks import count_waiting_deliveries, failing_webhooks, webhook_view
from workorders.tables import WebhookDelivery
from workorders.tables.webhook_triggers import MONEY_IN as MONEY_IN_SQL
from workorders.usecases.cash.payments import record_payment
from workorders.usecases.exchange.undo_import import undo_import
from workorders.usecases.exchange.webhooks import (
    add_webhook,
    end_webhook,
    purge_deliveries,
    send_again,
    send_all_again,
    send_test,
)


class Sending:
    """A district whose worker sends to receivers on this machine, at an hour of one's own."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.now = world.LATER

    def add(self, to: Receiver, *kinds: str) -> int:
        with self.services.sessions.begin() as session:
            secret = sealed(self.services.config.secret_key, "webhook", SECRET)
            made = add_webhook(
                session,
                name="Billing",
                address=to.address,
                sealed_secret=secret,
                kinds=kinds or KINDS,
                now=self.now,
                actor="ada",
            )
            return made.id

    def round(self) -> int:
        return webhook_round(replace(self.services, clock=lambda: self.now))

    def later(self, by: timedelta) -> None:
        self.now += by

    def pay(self, number: str, cents: int = 500) -> None:
        with self.services.sessions.begin() as session:
            record_payment(session, number, "A1", cents, "web", now=world.LATER, actor="casey")

    def deliveries(self) -> list[WebhookDelivery]:
        with self.services.read_sessions() as session:
            return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


@pytest.fixture
def sending(migrated_url: str, tmp_path: Path) -> Iterator[Sending]:
    config = Config(
        data_dir=tmp_path / "data",
        database_url=migrated_url,
        secret_key="x" * 40,
        log_level="ERROR",
        webhook_networks=(ip_network("127.0.0.0/8"),),
    ).checked()
    services = open_services(config, clock=lambda: world.LATER)
    with services.sessions.begin() as session:
        world.build(session, households=6)
    yield Sending(services)
    services.engine.dispose()


def worked(session: Session) -> None:
    """A cut with money at the door, a meter exchanged."""
    cut = world.sent(session, "disconnect_np", 1)
    world.take(session, Tablet("t01").completed(cut, answers.cut(1)))
    exchange = world.sent(session, "exchange", 6)
    world.take(session, Tablet("t01", counter=500).completed(exchange, answers.exchange(6, "NT011")))


def test_everything_that_is_posted_arrives_as_its_export_gives_it(sending: Sending) -> None:
    with receiver() as billing:
        sending.add(billing)
        with sending.services.sessions() as session:
            worked(session)
            session.commit()
        sending.pay("p-1")
        while sending.round():
            pass
        assert billing.forged == 0
        assert {one["host"] for one in billing.asked} == {f"127.0.0.1:{billing.port}"}
        assert {one["path"] for one in billing.asked} == {"/curbstop?from=test"}
        with sending.services.read_sessions() as session:
            for kind in KINDS:
                export, arrived = EXPORTS[kind], billing.of_kind(kind)
                rows = [dict(zip(export.columns, row, strict=True)) for row in export.rows(session, 0, 10**9)]
                assert arrived, kind
                # What was there before the webhook, or came by an import, is no news.
                assert [one for one in rows if one in arrived] == arrived
            paid = [one for one in billing.of_kind("receipts") if one["payment"] == "p-1"]
            assert [one["amount_cents"] for one in paid] == [500]
        assert [one["change"] for one in billing.of_kind("meter_changes")] == ["removed", "set"]
        assert [one["state"] for one in billing.of_kind("service_status")] == ["off_np"]
        assert {one.state for one in sending.deliveries()} == {"delivered"}


def test_what_is_rolled_back_is_never_sent(sending: Sending) -> None:
    with receiver() as billing:
        sending.add(billing)
        with sending.services.sessions() as session:
            record_payment(session, "p-gone", "A1", 500, "web", now=world.LATER, actor="casey")
            assert session.scalar(select(func.count()).select_from(WebhookDelivery))
            session.rollback()
        assert sending.round() == 0
        assert billing.asked == []


def test_only_what_was_asked_for_and_nothing_after_the_end(sending: Sending) -> None:
    with receiver() as billing:
        number = sending.add(billing, "receipts")
        sending.pay("p-1")
        assert sending.round() == 1
        sending.pay("p-2")
        with sending.services.sessions.begin() as session:
            end_webhook(session, number, now=sending.now, actor="ada")
        sending.pay("p-3")
        assert sending.round() == 0
        assert [one["kind"] for one in billing.asked] == ["receipts"]
        assert [one.state for one in sending.deliveries()] == ["delivered", "dropped"]
        with sending.services.sessions.begin() as session, pytest.raises(Problem):
            send_all_again(session, number)


def test_a_failing_receiver_is_asked_again_ever_more_rarely_then_given_up(sending: Sending) -> None:
    with receiver(status=500, words=b"out of\norder") as billing:
        number = sending.add(billing, "receipts")
        sending.pay("p-1")
        assert sending.round() == 0
        [one] = sending.deliveries()
        assert (one.failures, one.last_error, one.last_status) == (1, "answered", 500)
        assert one.last_answer == "out of order"
        assert sending.round() == 0
        assert len(billing.asked) == 1, "it is not asked again at once"
        waits = []
        while sending.deliveries()[0].state == "waiting":
            due = sending.deliveries()[0].next_try_at
            assert due is not None
            waits.append(due - sending.now)
            sending.now = due
            sending.round()
        assert waits == sorted(waits)
        assert waits[:4] == [timedelta(seconds=30 * 2**power) for power in range(4)]
        assert sending.now - world.LATER >= GIVEN_UP_AFTER
        assert sending.now - world.LATER < GIVEN_UP_AFTER + timedelta(hours=6)
        assert len(billing.asked) == len(waits) + 1
        assert len({one["delivery"] for one in billing.asked}) == 1
        assert len({one["stamp"] for one in billing.asked}) == len(billing.asked), "each try is signed anew"
        with sending.services.sessions.begin() as session:
            assert webhook_view(session, number).given_up == 1
            assert send_all_again(session, number) == 1
        billing.status = 200
        assert sending.round() == 1
        assert len(billing.records) == 1


def test_a_redirect_is_not_followed(sending: Sending) -> None:
    with receiver(status=302) as billing:
        sending.add(billing, "receipts")
        sending.pay("p-1")
        sending.round()
        assert [one["path"] for one in billing.asked] == ["/curbstop?from=test"]
        assert sending.deliveries()[0].last_status == 302


def test_a_slow_receiver_keeps_nobody_else_waiting(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_request, "LONGEST_SECONDS", 0.5)
    with receiver(silent=threading.Event()) as slow, receiver() as quick:
        sending.add(slow, "receipts")
        sending.add(quick, "receipts")
        for number in range(5):
            sending.pay(f"p-{number}")
        assert sending.round() == 5
        assert len(quick.records) == 5
        assert len(slow.asked) == 1, "nobody answers there: the others wait for the next round"
        failed = [one for one in sending.deliveries() if one.failures]
        assert [one.last_error for one in failed] == ["timed_out"]


def test_nobody_at_the_address(sending: Sending) -> None:
    with receiver() as billing:
        sending.add(billing, "receipts")
    sending.pay("p-1")
    assert sending.round() == 0
    assert sending.deliveries()[0].last_error == "no_answer"


def test_killed_between_the_answer_and_its_note_it_is_sent_again_under_its_id(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as billing:
        sending.add(billing, "receipts")
        for number in range(3):
            sending.pay(f"p-{number}")

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(webhook_sending, "note_try", killed)
            with pytest.raises(KeyboardInterrupt):
                sending.round()
        assert len(billing.asked) == 1
        assert sending.round() == 3
        assert [one["delivery"] for one in billing.asked].count(billing.asked[0]["delivery"]) == 2
        assert len(billing.records) == 3
        assert {one.state for one in sending.deliveries()} == {"delivered"}


def test_a_person_has_one_sent_again_and_tries_a_webhook_out(sending: Sending) -> None:
    with receiver() as billing:
        number = sending.add(billing, "receipts")
        with sending.services.sessions.begin() as session:
            send_test(session, number)
            send_test(session, number)
        assert sending.round() == 2
        assert [one["record"] for one in billing.asked] == [{}, {}]
        sending.pay("p-1")
        sending.round()
        last = sending.deliveries()[-1]
        with sending.services.sessions.begin() as session:
            send_again(session, number, last.id)
        assert sending.round() == 1
        assert [one["delivery"] for one in billing.asked[-2:]] == [last.key, last.key]
        assert len(billing.records) == 3


def test_the_servers_own_network_is_refused_unless_it_is_allowed(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name may come to stand for another address after it was registered."""
    with receiver() as billing:
        sending.add(billing, "receipts")
        sending.pay("p-1")
        config = replace(sending.services.config, webhook_networks=(ip_network("10.0.0.0/8"),))
        sending.services = replace(sending.services, config=config)
        assert sending.round() == 0
        assert billing.asked == []
        assert sending.deliveries()[0].last_error == "address_refused"


def test_with_another_secret_of_the_installation_nothing_is_signed_wrongly(sending: Sending) -> None:
    with receiver() as billing:
        sending.add(billing, "receipts")
        sending.pay("p-1")
        sending.services = replace(
            sending.services, config=replace(sending.services.config, secret_key="y" * 40)
        )
        assert sending.round() == 0
        assert (billing.asked, billing.forged) == ([], 0)
        assert sending.deliveries()[0].last_error == "secret_lost"


def test_what_arrived_long_ago_is_forgotten_and_what_was_given_up_is_not(sending: Sending) -> None:
    with receiver() as billing:
        sending.add(billing, "receipts")
        sending.pay("p-1")
        sending.pay("p-2")
        sending.round()
        with sending.services.sessions.begin() as session:
            first = session.scalars(select(WebhookDelivery)).first()
            assert first is not None
            first.state = "given_up"
        with sending.services.sessions.begin() as session:
            assert purge_deliveries(session, now=sending.now + timedelta(days=89)) == 0
            assert purge_deliveries(session, now=sending.now + timedelta(days=91)) == 1


def test_a_load_by_copy_is_announced_too(sending: Sending) -> None:
    """Bulk writing goes past the ORM; the trigger sees it."""
    with receiver() as billing:
        sending.add(billing, "receipts")
        entries = [
            draft(
                source=f"payment:bulk-{number}",
                purpose="payment",
                message=Message.of("entry.payment_void"),
                lines=[("UNDEP", "AR", 100 + number)],
                parties={"account": "A1"},
                effective_at=world.LATER,
            )
            for number in range(20)
        ]
        with sending.services.sessions.begin() as session:
            post_all(session, entries, now=world.LATER)
        assert sending.round() == 20
        assert sorted(one["amount_cents"] for one in billing.of_kind("receipts")) == list(range(100, 120))


def test_the_triggers_and_the_exports_name_the_same_purposes() -> None:
    for purpose in (*MONEY_IN, *(f"reverse_{one}" for one in MONEY_IN)):
        assert f"'{purpose}'" in MONEY_IN_SQL


def test_taking_back_what_was_taken_over_is_no_news_either(sending: Sending) -> None:
    with receiver() as billing:
        sending.add(billing, "account_charges")
        text = b"account,customer_name,opening_balance\nA-9,Demo customer 9,5.00\n"
        sessions = sending.services.sessions
        report = import_rows(sessions, "accounts", "a.csv", text, now=sending.now, zone=ZoneInfo("UTC"))
        assert report.run is not None
        with sessions.begin() as session:
            undo_import(session, report.run, now=sending.now, actor="sam")
        assert sending.deliveries() == []


@pytest.mark.parametrize("host", ["hooks..billing.example", "x" * 64 + ".example"])
def test_a_name_that_no_host_has_is_an_answer_and_stops_nobody(host: str) -> None:
    asked = Target(secure=True, host=host, port=443, path="/")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(webhook_request, "target_of", lambda *_: asked)
        answer = asyncio.run(webhook_request.ask("https://kept.before/", b"", {}, ()))
    assert answer.failure == "name_unknown"


def test_a_lookup_that_hangs_holds_nobody_up(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        released.wait(30)
        return []

    monkeypatch.setattr(webhook_request, "LOOKUP_SECONDS", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with receiver() as billing:
        sending.add(billing, "receipts")
        sending.pay("p-1")
        began = time.monotonic()
        assert sending.round() == 0
        assert time.monotonic() - began < 5, "the round does not wait for the resolver"
        assert sending.deliveries()[0].last_error == "timed_out"
    released.set()


def test_only_so_many_lookups_hang_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    none_left = threading.BoundedSemaphore(1)
    none_left.acquire()
    monkeypatch.setattr(webhook_request, "LOOKUPS", none_left)
    answer = asyncio.run(webhook_request.ask("https://billing.example/", b"", {}, ()))
    assert answer.failure == "timed_out"


def test_what_fails_is_counted_from_its_first_try_on(sending: Sending) -> None:
    with receiver(status=500) as billing, receiver() as portal:
        number = sending.add(billing, "receipts")
        sending.add(portal, "receipts")
        sending.pay("p-1")
        sending.round()
        sending.later(timedelta(hours=2))
        sending.pay("p-2")
        with sending.services.read_sessions() as session:
            [failing] = failing_webhooks(session)
            assert (failing.webhook.id, failing.waiting, failing.oldest.last_error) == (number, 2, "answered")
            assert failing.since == world.LATER
            assert count_waiting_deliveries(session) == 3
        billing.status = 200
        sending.round()
        with sending.services.read_sessions() as session:
            assert (failing_webhooks(session), count_waiting_deliveries(session)) == ([], 0)

"""A changed fee, rule or setting of the district reaches tablets with the next publish, on both engines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.config import Config
from server.services import Services, open_services
from server.worker import prepare, publish_round, rules_round
from sync.stores.sql.store import SqlStore
from tests.integration.pipeline.feed import document
from tests.integration.usecases import world
from tests.integration.usecases.world import NOW, TODAY
from workorders.usecases.administration.fees import change_fee
from workorders.usecases.district.adopt_rules import adopt_rules
from workorders.usecases.district.publish_rules import sample_document

WHO = ("t01", "t02")


def started(config: Config) -> Services:
    """The worker's services as a start of the processes makes them."""
    made = open_services(config, clock=lambda: NOW)
    prepare(made)
    return made


def stopped(services: Services) -> None:
    assert isinstance(services.store, SqlStore)
    services.store.close()
    services.engine.dispose()


@pytest.fixture
def services(config: Config) -> Iterator[Services]:
    made = open_services(config, clock=lambda: NOW)
    with made.sessions.begin() as session:
        world.build(session)
    prepare(made)
    rules_round(made)
    publish_round(made)
    yield made
    stopped(made)


def settled(services: Services) -> None:
    while publish_round(services):
        pass


def test_a_new_amount_of_a_fee_is_on_the_orders_that_tablets_have(services: Services) -> None:
    with services.sessions.begin() as session:
        numbers = {who: world.sent(session, "disconnect_np", n, who).number for n, who in enumerate(WHO, 1)}
    settled(services)
    assert {visit_fee(services, who, number) for who, number in numbers.items()} == {4_500}
    with services.sessions.begin() as session:
        change_fee(session, "field_visit", 5_250, starts_on=TODAY, reason="Board", now=NOW, actor="ada")
    publish_round(services)
    assert {visit_fee(services, who, number) for who, number in numbers.items()} == {5_250}
    for who in WHO:
        fees = document(services.store, who, "ref:fees")["fees"]
        assert {fee["code"]: fee["cents"] for fee in fees}["field_visit"] == 5_250


def visit_fee(services: Services, technician: str, number: str) -> int:
    """What the order on the tablet says that the visit costs."""
    (fee,) = document(services.store, technician, f"order:{number}")["fees"]
    assert fee["code"] == "field_visit"
    return int(fee["cents"])


def test_a_new_cut_rule_is_in_the_authority_that_tablets_have(services: Services) -> None:
    with services.sessions.begin() as session:
        number = world.sent(session, "disconnect_np", 1).number
    settled(services)
    assert document(services.store, "t01", f"order:{number}")["authority"]["latest_local_time"] == "15:00"
    adopted(services, latest_local_time="13:30")
    publish_round(services)
    assert document(services.store, "t01", f"order:{number}")["authority"]["latest_local_time"] == "13:30"


def adopted(services: Services, day: str = str(TODAY), **changes: Any) -> None:
    """Publish the sample's cut rules of water with changes."""
    (rule,) = (
        line["value"]
        for line in sample_document()["rules"]
        if (line["kind"], line["key"]) == ("cut_rules", "water")
    )
    line = {"kind": "cut_rules", "key": "water", "value": rule | changes}
    with services.sessions.begin() as session:
        adopt_rules(session, {"note": "", "effective_from": day, "rules": [line]}, now=NOW)


def test_a_rule_dated_ahead_is_on_the_orders_once_its_day_begins(services: Services) -> None:
    with services.sessions.begin() as session:
        number = world.sent(session, "disconnect_np", 1).number
    adopted(services, str(TODAY + timedelta(days=1)), latest_local_time="13:30")
    settled(services)
    assert rules_round(services) == 0
    assert document(services.store, "t01", f"order:{number}")["authority"]["latest_local_time"] == "15:00"
    tomorrow = replace(services, clock=lambda: NOW + timedelta(days=1))
    assert rules_round(tomorrow) == 1
    settled(tomorrow)
    assert document(services.store, "t01", f"order:{number}")["authority"]["latest_local_time"] == "13:30"


def test_a_changed_setting_of_the_district_is_in_every_document_after_the_next_start(
    services: Services, config: Config
) -> None:
    with services.sessions.begin() as session:
        number = world.sent(session, "disconnect_np", 1).number
    settled(services)
    until = document(services.store, "t01", f"order:{number}")["authority"]["windows"][0]["until"]
    assert until == "2026-03-02T21:00:00.000Z", "three in the afternoon in Chicago"
    again = started(replace(config, timezone="America/Denver"))
    settled(again)
    assert document(again.store, "t01", "ref:settings")["timezone"] == "America/Denver"
    until = document(again.store, "t01", f"order:{number}")["authority"]["windows"][0]["until"]
    assert until == "2026-03-02T22:00:00.000Z"
    stopped(again)


def test_a_start_without_a_change_writes_nothing(services: Services, config: Config) -> None:
    with services.sessions.begin() as session:
        world.sent(session, "reread", 1)
    settled(services)
    before = services.store.changes("tech-t01", since="0", limit=1000).last_seq
    again = started(config)
    assert publish_round(again) == 0
    assert again.store.changes("tech-t01", since="0", limit=1000).last_seq == before
    stopped(again)

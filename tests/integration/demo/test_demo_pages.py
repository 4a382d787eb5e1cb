"""Every page after a played day: nothing raw, and nothing English in Spanish."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from demo.played_day.player import play_day
from demo.signins import DemoSignIns, SignIn
from server.app import create_app
from server.config import Config
from server.db import session_factory
from server.services import open_services, utc_now
from tests.integration.couchdb.district import eventually
from tests.integration.office.conftest import csrf_of
from tests.integration.office.readable import english_left, english_words, raw
from tests.integration.office.reading import pages
from workorders.queries.district import district_of
from workorders.tables import (
    Account,
    AccountNote,
    Adjustment,
    Customer,
    ExceptionCase,
    Order,
    PlanRun,
    Premise,
    Rule,
    RuleSet,
    ServicePoint,
    StreetClosure,
    Technician,
    Zone,
)

pytestmark = [pytest.mark.node, pytest.mark.slow, pytest.mark.parametrize("backend", ["sqlite"])]
TYPED = (
    Customer.name,
    Premise.street,
    Premise.city,
    Premise.access_note,
    Premise.hazard,
    ServicePoint.meter_location,
    Order.instructions,
    Technician.name,
    Zone.name,
    StreetClosure.place,
    StreetClosure.reason,
    AccountNote.words,
    Adjustment.reason,
    RuleSet.note,
)
"""Names, and what people typed: it reads the same in every language."""


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The pages of the district that is served; its worker goes on beside them."""
    services = open_services(config)
    yield create_app(services=services)
    services.engine.dispose()


def signed_in(app: Flask, user: SignIn) -> FlaskClient:
    """A browser in which somebody of the demo signed in."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    form = {"name": user.name, "password": user.password, "csrf_token": csrf_of(client, "/sign-in")}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def plan(client: FlaskClient, engine: Engine, path: str, form: dict[str, str]) -> None:
    """Ask for a plan and wait until the worker made it."""
    token = csrf_of(client, "/plans/")
    asked = client.post(path, data=form | {"csrf_token": token, "seconds": "2"})
    assert asked.status_code == 303, asked.text
    number = int(asked.headers["Location"].rpartition("/")[2])

    def ended() -> bool:
        with session_factory(engine)() as session:
            return session.get_one(PlanRun, number).state in {"ready", "failed"}

    eventually(ended)


def addresses(session: Session) -> tuple[str, ...]:
    """Pages of orders in every state, of accounts and premises with something to say, and of searches."""
    by_state: dict[tuple[str, str], str] = {}
    for number, type_, state in session.execute(select(Order.number, Order.type, Order.state)):
        by_state.setdefault((type_, state), number)
    listed = session.scalars(
        select(Order.number).join(ExceptionCase, ExceptionCase.order_number == Order.number)
    ).unique()
    orders = {*by_state.values(), *listed}
    paths = [f"/csr/orders/{number}" for number in sorted(orders)]
    paths += [f"/csr/accounts/{number}" for number in session.scalars(select(Account.number).limit(12))]
    tomorrow = district_of(session).day_of(utc_now()) + timedelta(days=1)
    paths += ["/csr/?q=main", "/csr/?q=zzzz", "/dispatch/tablets", f"/dispatch/?day={tomorrow}"]
    return (*paths, "/plans/closures")


def typed(session: Session) -> set[str]:
    """What people typed, names, and what a district calls its notices and its expense accounts."""
    written = {text for column in TYPED for text in session.scalars(select(column)) if text}
    notices = session.scalars(select(Rule.value).where(Rule.kind == "notice_text"))
    petty = session.scalars(select(Rule.value).where(Rule.kind == "setting", Rule.key == "petty_cash"))
    accounts = {str(account["label"]) for setting in petty for account in setting["accounts"]}
    return written | accounts | {str(notice["title"]) for notice in notices}


def test_every_page_reads_well_in_both_languages(
    app: Flask, url: str, signs: DemoSignIns, engine: Engine
) -> None:
    play_day(url, signs, lambda _: None)
    dispatcher = signed_in(app, signs.of("dispatcher"))
    plan(dispatcher, engine, "/plans/rest", {})
    with session_factory(engine)() as session:
        today, names, more = district_of(session).day_of(utc_now()), typed(session), addresses(session)
    plan(dispatcher, engine, "/plans/", {"day": today.isoformat()})
    client = signed_in(app, signs.of("admin"))
    found = {address: wrong for address, html in pages(app, client, "/", more) if (wrong := raw(html))}
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-MX,es;q=0.9"
    for address, html in pages(app, client, "/", more):
        if wrong := raw(html) + english_left(html, "es") + english_words(html, names):
            found[f"es {address}"] = wrong
    assert found == {}

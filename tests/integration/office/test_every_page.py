"""Every page of a district as every role reads it: nothing raw in English, nothing English in Spanish."""

import pytest

from tests.integration.office import morning
from tests.integration.office.conftest import Office
from tests.integration.office.readable import english_left, raw
from tests.integration.office.reading import pages

MORE = (
    "/dispatch/tablets",
    "/dispatch/?group=to_assign&due=today",
    "/csr/?q=Maria",
    "/csr/?q=main",
    "/csr/?q=zzzz",
    "/plans/closures",
)


def addresses(office: Office, name: str) -> tuple[str, ...]:
    roles = morning.STAFF[name][1]
    if roles == ["storekeeper"]:
        return ("/stock/?q=NT01", "/stock/?q=zzzz", "/stock/rooms/held", "/stock/meters/NT011")
    reached = MORE if {"dispatcher", "supervisor", "admin"} & set(roles) else MORE[2:5]
    return (
        *reached,
        *(f"/csr/orders/{number}" for number in office.numbers.values() if number.startswith("WO")),
    )


@pytest.mark.parametrize("name", morning.STAFF)
def test_nothing_raw_reaches_a_person(shared_office: Office, name: str) -> None:
    client = shared_office.client(name)
    found = {
        address: wrong
        for address, html in pages(shared_office.app, client, "/", addresses(shared_office, name))
        if (wrong := raw(html))
    }
    assert found == {}


@pytest.mark.parametrize("name", morning.STAFF)
def test_spanish_leaves_nothing_english(shared_office: Office, name: str) -> None:
    client = shared_office.client(name)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "es-MX,es;q=0.9"
    found = {
        address: left
        for address, html in pages(shared_office.app, client, "/", addresses(shared_office, name))
        if (left := english_left(html, "es"))
    }
    assert found == {}


def test_the_crawl_sees_what_is_wrong() -> None:
    assert raw("<p>posted 2026-03-02T14:00:00Z by t04: in_van, 1285 cents at 14:05</p>") != []
    assert raw("<p>posted Mar 2 at 2:05\u00a0PM</p><code>make_it</code>") == []
    assert english_left("<h1>Payments</h1><p>stop 3</p><p>Saldo</p>", "es") == ["Payments"]

"""Finding from every page, what was looked at last, and what raising an order costs or forbids beforehand."""

import re

from tests.integration.office.conftest import Office


def test_every_page_of_who_looks_things_up_has_the_box(office: Office) -> None:
    for name, address in (("carla", "/csr/worklists"), ("dana", "/dispatch/"), ("casey", "/office/payments")):
        text = office.client(name).get(address).text
        assert 'id="everywhere"' in text, address
        assert "Find (F2)" in text
    client = office.client("carla")
    answer = client.get("/csr/?q=A1", headers={"HX-Target": "everywhere-hits", "HX-Request": "true"})
    assert "<html" not in answer.text
    assert "/csr/accounts/A1" in answer.text


def test_what_was_looked_at_last_comes_first(office: Office) -> None:
    client = office.client("carla")
    assert "Looked at last" not in client.get("/csr/").text
    order = office.numbers["done"]
    for address in (
        "accounts/A2",
        "premises/P-3",
        f"orders/{order}",
        "meters/M4",
        "accounts/A5",
        "accounts/A2",
    ):
        assert client.get(f"/csr/{address}").status_code == 200
    text = client.get("/csr/").text
    listed = re.findall(r'href="/csr/([a-z]+)/([^"]+)"><span class="kind"', text)
    assert listed == [
        ("accounts", "A2"),
        ("accounts", "A5"),
        ("meters", "M4"),
        ("orders", order),
        ("premises", "P-3"),
    ]
    for number in range(1, 12):
        client.get(f"/csr/accounts/A{number}")
    assert client.get("/csr/").text.count('<span class="kind"') == 8
    assert "Looked at last" not in client.get("/csr/?q=A1").text
    assert "Looked at last" not in office.client("sam").get("/csr/").text, "it is nobody else's"


def test_nothing_that_is_not_there_stays_in_the_list(office: Office) -> None:
    client = office.client("carla")
    assert client.get("/csr/orders/W999999").status_code == 404
    assert "W999999" not in client.get("/csr/").text


def test_the_form_says_what_each_type_costs_and_greys_what_cannot_be(office: Office) -> None:
    client = office.client("carla")
    text = client.get("/csr/orders/new?service_point=SP-9").text
    turn_on = re.search(r'<option value="turn_on"[^>]*>[^<]*', text)
    assert turn_on is not None
    assert "disabled" in turn_on[0]
    assert "The service is on." in turn_on[0]
    new_set = re.search(r'<option value="new_set"[^>]*>[^<]*', text)
    assert new_set is not None
    assert "Meter M9 is installed." in new_set[0]
    tag = re.search(r'<option value="door_tag"[^>]*>[^<]*', text)
    assert tag is not None
    assert "No printed door tag waits to be posted." in tag[0]
    reread = re.search(r'<option value="reread"[^>]*>[^<]*', text)
    assert reread is not None
    assert "disabled" not in reread[0]
    text = client.get("/csr/orders/new?service_point=SP-9&type=removal").text
    cost = text.split('id="cost"')[1].split("</section>")[0]
    assert "$60.00" in cost
    refused = client.get("/csr/orders/new?service_point=SP-9&type=new_set").text
    assert "It cannot be raised now:" in refused


def test_what_the_form_greys_is_what_raising_refuses(office: Office) -> None:
    greyed = 0
    for point in ("SP-1", "SP-9"):
        text = office.client("sam").get(f"/csr/orders/new?service_point={point}").text
        for code in re.findall(r'<option value="([a-z_]+)" disabled', text):
            form = {"service_point": point, "type": code}
            answer = office.post("sam", "/csr/orders/new", **form)
            assert answer.status_code in {409, 422}, (point, code)
            greyed += 1
    assert greyed >= 4

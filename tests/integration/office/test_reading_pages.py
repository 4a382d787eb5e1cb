"""The reading desk's pages as the people of the office use them."""

import io
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from tests.integration.office import morning
from tests.integration.office.conftest import TOKEN, Office
from tests.integration.usecases.reading_desk import COLUMNS, lay_out, route_file
from tests.integration.usecases.world import TODAY
from tests.pdf_text import pdf_pages
from workorders.tables import CourtesyCall, Order, Read, ReadFinding, ReadLayout

DAY = timedelta(days=1)


def sent(office: Office, data: bytes, name: str = "r.csv", layout: str = "north", who: str = "dana") -> Any:
    form = {"csrf_token": TOKEN, "layout": layout, "file": (io.BytesIO(data), name)}
    return office.client(who).post("/csr/reads/files", data=form, content_type="multipart/form-data")


def keep(office: Office, **given: Any) -> Any:
    form = {"name": "north", "source": "handheld", "day_form": "ymd", **COLUMNS, "theirs": "LG"} | given
    return office.post("dana", "/csr/reads/layouts/new", **form, ours="locked_gate")


def test_a_route_from_its_layout_to_orders(office: Office) -> None:
    assert "No file yet" in office.client("dana").get("/csr/reads/files").text
    assert keep(office).status_code == 302
    answer = sent(
        office, route_file(("M10", TODAY, 190_000, ""), ("M2", TODAY, None, "LG"), ("X", TODAY, 1, ""))
    )
    assert answer.status_code == 302
    page = office.client("casey").get(answer.location)
    assert page.status_code == 403
    text = office.client("carla").get(answer.location).text
    assert "There is no meter X." in text
    desk = office.client("carla").get("/csr/reads/").text
    assert "Route R7" in desk
    with office.services.read_sessions() as session:
        ids = list(session.scalars(select(ReadFinding.id).where(ReadFinding.kind == "high")))
    answer = office.post("carla", "/csr/reads/decide", action="order", finding=ids)
    assert answer.status_code == 302
    with office.services.read_sessions() as session:
        finding = session.get_one(ReadFinding, ids[0])
        order = session.get_one(Order, finding.order_number)
        assert (order.type, order.extra["disputed_read"]) == ("reread", 190_000)


def test_refusals_name_what_is_wrong_and_keep_what_was_typed(office: Office) -> None:
    refused = keep(office, value="")
    assert refused.status_code == 422
    assert 'value="north"' in refused.text
    assert keep(office).status_code == 302
    for data, words in ((b"", "lacks columns"), (b"Meter,Day\nM1,2026-03-02", "Reading, Route, Seq, Skip")):
        answer = sent(office, data)
        assert answer.status_code == 422
        assert words in answer.text
    good = route_file(("M1", TODAY - DAY, 150_000, ""))
    assert sent(office, good).status_code == 302
    again = sent(office, good)
    assert (again.status_code, "This file was taken in before." in again.text) == (409, True)
    assert sent(office, good, layout="nowhere").status_code == 404
    assert sent(office, good, who="carla").status_code == 403
    assert office.post("carla", "/csr/reads/decide", action="order").status_code == 409
    assert office.post("carla", "/csr/reads/decide", action="order", finding="x").status_code == 422


def test_a_call_letters_and_a_test(office: Office) -> None:
    with office.services.sessions.begin() as session:
        numbers = lay_out(session, morning.CLOCK)
        high = session.scalars(select(ReadFinding.id).where(ReadFinding.kind == "high")).one()
    assert "customer with high usage" in office.client("carla").get("/csr/reads/calls").text
    words = "Filled the pool."
    assert office.post("carla", f"/csr/reads/calls/{high}", outcome="reached", words="").status_code == 422
    assert office.post("carla", f"/csr/reads/calls/{high}", outcome="reached", words=words).status_code == 302
    batch = numbers["letters"]
    pdf = office.client("carla").get(f"/csr/reads/letters/{batch}.pdf")
    assert "BF-1" in pdf_pages(pdf.data)[0]
    mailed = office.post("dana", f"/csr/reads/letters/{batch}/mailed", mailed_on=str(TODAY))
    assert mailed.status_code == 302
    place = f"/csr/reads/backflow/{numbers['assembly']}"
    tested = {"tested_on": str(TODAY), "result": "passed", "tester": "T. Ester", "certificate": "77"}
    assert office.post("carla", place, **tested | {"result": ""}).status_code == 422
    assert office.post("carla", place, **tested).status_code == 302
    assert "Mar 2, 2027" in office.client("carla").get(place).text
    with office.services.read_sessions() as session:
        assert session.scalars(select(CourtesyCall.outcome)).all() == ["reached"]


def test_unread_meters_of_no_route_are_estimated_from_the_page(office: Office) -> None:
    page = office.client("dana").get("/csr/reads/unread?days=20").text
    assert "On no route" in page
    meters = office.client("dana").get("/csr/reads/unread?days=20&route=").text
    points = [part.split('"')[0] for part in meters.split('name="point" value="')[1:]]
    answer = office.post("dana", "/csr/reads/unread?days=20&route=", action="estimate", point=points[:2])
    assert answer.status_code == 302
    with office.services.read_sessions() as session:
        flags = session.scalars(select(Read.flags).where(Read.source.startswith("finding:"))).all()
        assert len(flags) == 2
        assert all(one[0].startswith("estimated_by_") for one in flags)
        assert session.scalars(select(ReadLayout.name)).all() == []

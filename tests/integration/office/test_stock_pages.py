"""The storekeeper's pages: find, move, receive, count, correct."""

import io
import re

from sqlalchemy import select

from tests.integration.office.conftest import TOKEN, Office
from workorders.tables import Meter, MeterMove, StockCount, StockDifference


def page(office: Office, path: str, name: str = "stan", status: int = 200) -> str:
    answer = office.client(name).get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def place(office: Office, serial: str) -> tuple[str, str | None]:
    with office.services.read_sessions() as session:
        meter = session.scalars(select(Meter).where(Meter.serial == serial)).one()
        return meter.status, meter.van_technician_id


def test_meters_are_found_by_a_part_of_their_serial_and_moved(office: Office) -> None:
    assert "/stock/" in office.client("stan").get("/").headers["Location"]
    for part in ("nt01", "T011"):
        assert "NT011" in page(office, f"/stock/?q={part}")
    assert "No meter has such a serial." in page(office, "/stock/?q=zz")
    assert "NT012" in page(office, "/stock/rooms/in_van:t01")
    form = {"serial": ["NT011", "NT012"], "room": "in_van:t01", "place": "in_van:t02"}
    refused = office.post("stan", "/stock/transfers", **form, reason="")
    assert refused.status_code == 422
    assert "NT012" in refused.text
    assert office.post("stan", "/stock/transfers", **form, reason="Tom is short").status_code == 302
    assert place(office, "NT011") == ("in_van", "t02")
    assert "Tom is short" in page(office, "/stock/meters/NT011")
    none = office.post("dana", "/stock/transfers", serials="NT011 M1", place="in_stock", reason="x")
    assert none.status_code == 409
    assert "NT011 M1" in none.text
    assert place(office, "NT011") == ("in_van", "t02")


def test_a_delivery_is_taken_in_whole_or_named_row_by_row(office: Office) -> None:
    head = "serial,make,size,dials,delivery,received_on\n"

    def send(text: str, **form: str) -> tuple[int, str]:
        data = form | {"csrf_token": TOKEN, "file": (io.BytesIO(text.encode()), "delivery.csv")}
        answer = office.client("stan").post("/stock/receipts", data=data)
        return answer.status_code, answer.text

    status, text = send(head + "R1,Demo,5/8,6,DN-1,2026-03-01\nM1,Demo,5/8,6,DN-1,2026-03-01\n")
    assert status == 422
    assert "Meter M1 is already at" in text
    good = head + "R1,Demo,5/8,6,DN-1,2026-03-01\nR2,Demo,5/8,6,DN-1,2026-03-01\n"
    assert send(good, dry_run="1")[0] == 200
    assert "R1" not in page(office, "/stock/rooms/in_stock")
    assert send(good)[0] == 302
    assert "R1" in page(office, "/stock/rooms/in_stock")
    assert "DN-1" in page(office, "/stock/meters/R1")
    with office.services.read_sessions() as session:
        assert set(session.scalars(select(MeterMove.actor))) == {"stan"}


def test_a_room_is_counted_blind_and_its_differences_explained(office: Office) -> None:
    assert office.post("stan", "/stock/counts", place="in_van:t01").status_code == 302
    with office.services.read_sessions() as session:
        number = session.scalars(select(StockCount.id)).one()
    path = f"/stock/counts/{number}"
    assert "NT012" not in page(office, "/stock/rooms/in_van:t01")
    assert "NT0" not in page(office, path)
    assert office.post("stan", f"{path}/seen", serials="nt011\nNT013 NT014\nNT021").status_code == 302
    assert office.post("stan", f"{path}/seen", serials=" ").status_code == 422
    assert office.post("stan", f"{path}/finish").status_code == 302
    shown = page(office, path)
    assert "2 differences" in shown
    assert "4 seen, 4 on record" in shown
    with office.services.read_sessions() as session:
        ids = {one.serial: one.id for one in session.scalars(select(StockDifference))}

    def explain(name: str, serial: str, answer: str) -> int:
        form = {"answer": answer, "explanation": "asked Tess"}
        return int(office.post(name, f"/stock/counts/differences/{ids[serial]}", **form).status_code)

    assert explain("stan", "NT012", "lost") == 409
    assert explain("sam", "NT012", "lost") == 302
    assert explain("stan", "NT021", "moved") == 302
    assert place(office, "NT012") == ("retired", None)
    assert place(office, "NT021") == ("in_van", "t01")
    assert "asked Tess" in page(office, path)
    assert "NT013" in page(office, "/stock/rooms/in_van:t01")


def test_a_wrong_record_is_corrected_and_its_history_stays(office: Office) -> None:
    done = office.post("stan", "/stock/meters/NT014/place", place="held", reason="was on the bench")
    assert done.status_code == 302
    assert place(office, "NT014") == ("held", None)
    assert "was on the bench" in page(office, "/stock/meters/NT014")
    assert office.post("stan", "/stock/meters/M1/place", place="held", reason="x").status_code == 409
    assert office.post("stan", "/stock/meters/NT014/place", place="moon", reason="x").status_code == 422
    page(office, "/stock/", "carla", 403)
    assert office.post("dana", "/stock/meters/NT014/place", place="retired", reason="x").status_code == 403

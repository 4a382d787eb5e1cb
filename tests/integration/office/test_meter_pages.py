"""The page of a meter, and the corrections made from it."""

import re
from datetime import timedelta

from sqlalchemy import select

from tests.integration.office.conftest import Office
from tests.integration.usecases.world import NOW
from workorders.metering.register_definitions import registers_from_text
from workorders.tables import Meter, Read, RegisterRead
from workorders.usecases.meters.enter_reads import enter_reads


def page(office: Office, path: str, name: str = "sam", status: int = 200) -> str:
    answer = office.client(name).get(path)
    assert answer.status_code == status, answer.text
    return re.sub(r"\s+", " ", answer.text)


def newest(office: Office) -> tuple[int, int]:
    """The id and value of the newest read of meter M3."""
    with office.services.read_sessions() as session:
        query = select(Read.id, Read.value).join(Meter).where(Meter.serial == "M3")
        found = session.execute(query.order_by(Read.taken_at.desc(), Read.id.desc())).first()
        assert found is not None
        return found.id, found.value


def test_a_read_is_corrected_from_its_meter(office: Office) -> None:
    read, value = newest(office)
    path = f"/csr/reads/{read}/correct"
    assert f'href="{path}"' in page(office, "/csr/meters/M3")
    shown = page(office, f"{path}?value={value - 500}")
    assert "was billed." in shown
    amount = re.search(r'name="amount"[^>]*value="([0-9.]+)"', shown)
    assert amount is not None
    form = {"value": str(value - 500), "serial": "M3", "adjust": "credit", "amount": amount[1]}
    refused = office.post("sam", path, **form, reason="")
    assert refused.status_code == 422
    assert f'value="{amount[1]}"' in refused.text
    done = office.post("sam", path, **form, reason="misread, see the photo")
    assert done.status_code == 302
    text = page(office, "/csr/meters/M3")
    assert "replaced" in text
    assert "misread, see the photo" in text
    assert "misread, see the photo" in page(office, "/csr/accounts/A3")
    gone = office.post("sam", path, **form, reason="again")
    assert gone.status_code == 409


def test_a_wrong_number_is_named_and_kept(office: Office) -> None:
    read, _value = newest(office)
    for typed in ("12,5", "1e5", "-4", "\u0661"):
        answer = office.client("sam").get(f"/csr/reads/{read}/correct", query_string={"value": typed})
        assert answer.status_code == 200
        assert 'aria-invalid="true"' in answer.text


def test_who_may_not_correct_sees_no_way_to(office: Office) -> None:
    read, value = newest(office)
    assert "/correct" not in page(office, "/csr/meters/M3", "dana")
    page(office, f"/csr/reads/{read}/correct", "dana", 403)
    form = {"value": str(value - 1), "serial": "M3", "reason": "x"}
    assert office.post("dana", f"/csr/reads/{read}/correct", **form).status_code == 403
    meter = {"serial": "M3", "make": "Demo", "size": "1", "dials": "6", "reason": "x"}
    assert office.post("carla", "/csr/meters/M3", **meter).status_code == 403


def test_a_meters_record_is_corrected_and_says_why(office: Office) -> None:
    form = {"serial": "M3X", "make": "Demo", "size": "1", "dials": "6", "reason": "read off the meter"}
    wrong = office.post("sam", "/csr/meters/M3", **(form | {"serial": "M2"}))
    assert wrong.status_code == 422
    assert "another meter has it" in wrong.text
    assert office.post("sam", "/csr/meters/M3", **form).location == "/csr/meters/M3X"
    text = page(office, "/csr/meters/M3X")
    assert "read off the meter" in text
    page(office, "/csr/meters/M3", status=404)
    with office.services.read_sessions() as session:
        assert session.scalars(select(Meter.size).where(Meter.serial == "M3X")).one() == "1"


def test_a_corrected_serial_is_not_among_what_was_looked_at_last(office: Office) -> None:
    client = office.client("carla")
    assert client.get("/csr/meters/M3").status_code == 200
    assert "/csr/meters/M3" in client.get("/csr/").text
    form = {"serial": "M3X", "make": "Demo", "size": "1", "dials": "6", "reason": "read off the meter"}
    assert office.post("sam", "/csr/meters/M3", **form).status_code == 302
    assert "/csr/meters/M3" not in client.get("/csr/").text


def compound(office: Office) -> int:
    """Meter M3 is a compound one and was read twice, both billed; the id of the last read of its low side."""
    with office.services.sessions.begin() as session:
        meter = session.scalars(select(Meter).where(Meter.serial == "M3")).one()
        meter.registers = registers_from_text("low:5:1:gal:adds:Low side")
        for days, main, low in ((20, 145_500, 50_000), (10, 147_000, 58_000)):
            at = NOW - timedelta(days=days)
            enter_reads(session, "M3", main, {"low": low}, at=at, reason="rang", now=NOW, actor="carla")
            session.scalars(select(Read).where(Read.taken_at == at)).one().billed = True
        return session.scalars(select(RegisterRead.id).order_by(RegisterRead.id.desc()).limit(1)).one()


def test_a_read_of_a_register_is_corrected_from_its_meter(office: Office) -> None:
    path = f"/csr/register-reads/{compound(office)}/correct"
    assert f'href="{path}"' in page(office, "/csr/meters/M3")
    assert f'href="{path}"' in page(office, "/csr/accounts/A3")
    shown = page(office, f"{path}?value=50800")
    for said in ("Low side", "8,000 gal", "800 gal", "too much was billed."):
        assert said in shown, said
    assert 'name="serial"' not in shown, "a register stays with its meter"
    amount = re.search(r'name="amount"[^>]*value="([0-9.]+)"', shown)
    assert amount is not None
    form = {"value": "50800", "adjust": "credit", "amount": amount[1]}
    refused = office.post("carla", path, **form, reason="")
    assert (refused.status_code, f'value="{amount[1]}"' in refused.text) == (422, True)
    assert "too much was billed." in refused.text, "the figures stay beside the fault"
    assert office.post("carla", path, **form, reason="two digits swapped").location == "/csr/meters/M3"
    text = page(office, "/csr/meters/M3")
    assert "two digits swapped" in text
    assert "<s>58,000</s>" in text
    assert "800 gal" in text
    assert "two digits swapped" in page(office, "/csr/accounts/A3")
    assert office.post("carla", path, **form, reason="again").status_code == 409


def test_who_may_not_correct_a_register_sees_no_way_to(office: Office) -> None:
    path = f"/csr/register-reads/{compound(office)}/correct"
    assert "/correct" not in page(office, "/csr/meters/M3", "dana")
    page(office, path, "dana", 403)
    assert office.post("dana", path, value="1", reason="x").status_code == 403


def test_a_register_that_shows_no_such_number_is_named(office: Office) -> None:
    path = f"/csr/register-reads/{compound(office)}/correct"
    for typed in ("12,5", "-4"):
        assert 'aria-invalid="true"' in page(office, f"{path}?value={typed}")
    refused = office.post("sam", path, value="123456", reason="typed again")
    assert refused.status_code == 422
    assert "a register of 5 dials cannot show it" in refused.text
    assert "typed again" in refused.text

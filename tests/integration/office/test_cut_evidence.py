"""The evidence of one disconnection: everything on record about it, for who may see it, in both languages."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from sync.pipeline.evidence import EvidenceFiles
from tests.integration.office.conftest import Office
from tests.pdf_text import pdf_pages
from workorders.tables import Evidence, FieldEvent


def pack(office: Office, number: str, name: str = "sam", language: str = "en") -> str:
    client = office.client(name)
    path = f"/csr/orders/{number}/evidence.pdf"
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return " ".join(" ".join(pdf_pages(answer.data)).split())


def with_photo(office: Office, data: bytes | None) -> None:
    """A photo of the cut that was made although it had been called off; None: its file was lost."""
    files = EvidenceFiles(office.services.config.data_dir / "evidence")
    with office.services.sessions.begin() as session:
        cut = office.numbers["late"]
        event = session.scalars(
            select(FieldEvent.id).where(FieldEvent.order_number == cut, FieldEvent.kind == "completed")
        ).one()
        digest = files.put(data) if data is not None else "0" * 64
        photos = session.scalars(select(Evidence).where(Evidence.event_id == event)).all()
        assert photos
        for one in photos:
            one.sha256 = digest


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (1600, 1200), (40, 90, 120)).save(made, "JPEG")
    return made.getvalue()


def test_it_holds_authority_notices_money_history_and_what_followed(office: Office) -> None:
    text = pack(office, office.numbers["late"])
    for said in (
        "Evidence of a disconnection",
        "Authority to cut",
        "past due, which is enough",
        "Final notice",
        "avoided the cut",
        "Cancelled by",
        "Was the service cut? yes",
        "What followed",
        "Reconnect",
        "Page 1 of",
    ):
        assert said in text, said
    assert text == pack(office, office.numbers["late"])


def test_a_release_by_telephone_is_there_with_the_rules_that_were_asked(office: Office) -> None:
    number = office.numbers["silent_cut"]
    before = pack(office, number)
    assert "Codes by telephone None on record." in before
    office.post("carla", f"/csr/orders/{number}/codes/release", reason="Nothing was paid", given="0")
    text = pack(office, number)
    assert "by Carla CSR to Tess Demo: Nothing was paid; not entered" in text
    assert text.count("past due, which is enough") == before.count("past due, which is enough") + 1


@pytest.mark.parametrize("data", [photo(), b"no picture at all", None], ids=["photo", "damaged", "lost"])
def test_a_photo_is_printed_or_said_to_be_missing(office: Office, data: bytes | None) -> None:
    with_photo(office, data)
    text = pack(office, office.numbers["late"])
    assert ("The photo is not here." in text) is (data is None or not data.startswith(b"\xff\xd8"))
    assert "SHA-256" in text or "The photo is not here." in text


def test_who_may_see_it_and_of_what_there_is_none(office: Office) -> None:
    assert office.client("dana").get(f"/csr/orders/{office.numbers['late']}/evidence.pdf").status_code == 403
    for number in (office.numbers["done"], "W999999"):
        assert office.client("sam").get(f"/csr/orders/{number}/evidence.pdf").status_code == 404

"""Notes and adjustments over the API: the same limits and the same second person as on the pages."""

from typing import Any

from tests.integration.office.conftest import Office
from tests.integration.office.test_api import program

CREDIT = {"id": "api-1", "kind": "credit", "amount_cents": 4_000, "reason": "Meter read wrong"}


def asked(office: Office, name: str, **changes: Any) -> Any:
    return program(office, name).post("/api/accounts/A1/adjustments", json=CREDIT | changes)


def test_a_note_is_kept_and_its_call_back_done_once(office: Office) -> None:
    client = program(office, "carla")
    words = {"kind": "call_in", "words": "Asks why the bill is high", "call_back_on": "2026-03-04"}
    made = client.post("/api/accounts/A1/notes", json=words)
    assert made.status_code == 201, made.text
    assert (made.json["account"], made.json["by"], made.json["done_at"]) == ("A1", "carla", None)
    path = f"/api/notes/{made.json['id']}/done"
    assert client.post(path, json={"outcome": "Explained"}).json["outcome"] == "Explained"
    assert client.post(path, json={"outcome": "Again"}).status_code == 409
    assert [one["words"] for one in client.get("/api/accounts/A1/notes").json] == [words["words"]]
    late = client.post("/api/accounts/A1/notes", json=words | {"call_back_on": "2020-01-01"})
    assert (late.status_code, late.json["details"]["field"]) == (422, "call_back_on")
    assert client.post("/api/accounts/nobody/notes", json=words).status_code == 404


def test_a_note_that_is_sent_twice_is_kept_once(office: Office) -> None:
    client = program(office, "carla")
    words = {"id": "crm-77", "kind": "call_in", "words": "Moves in May"}
    first, again = (client.post("/api/accounts/A1/notes", json=words) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["id"] == again.json["id"]
    for other in ({"words": "Moves in June"}, {"call_back_on": "2026-03-04"}):
        refused = client.post("/api/accounts/A1/notes", json=words | other)
        assert (refused.status_code, refused.json["code"]) == (409, "note_conflict")
    elsewhere = client.post("/api/accounts/A2/notes", json=words)
    assert elsewhere.json["code"] == "note_conflict"
    theirs = program(office, "casey").post("/api/accounts/A1/notes", json=words)
    assert theirs.json["id"] != first.json["id"], "somebody else's id is another"
    without = [client.post("/api/accounts/A1/notes", json=words | {"id": ""}).json["id"] for _ in range(2)]
    assert len(set(without)) == 2


def test_an_adjustment_within_the_limit_is_posted_once(office: Office) -> None:
    before = program(office, "carla").get("/api/accounts/A1").json["balance_cents"]
    for _ in range(2):
        made = asked(office, "carla")
        assert (made.status_code, made.json["state"]) == (201, "posted")
        assert made.json["balance_cents"] == before - 4_000
    other = asked(office, "carla", amount_cents=4_001)
    assert (other.status_code, other.json["code"]) == (409, "adjustment_conflict")


def test_above_the_limit_a_second_person_decides(office: Office) -> None:
    made = asked(office, "carla", id="api-2", amount_cents=9_000)
    assert (made.status_code, made.json["state"]) == (201, "pending")
    path = "/api/adjustments/api-2/decision"
    assert program(office, "carla").post(path, json={"approve": True}).status_code == 403
    unsaid = program(office, "sam").post(path, json={"approve": False})
    assert (unsaid.status_code, unsaid.json["details"]["field"]) == (422, "words")
    posted = program(office, "sam").post(path, json={"approve": True})
    assert (posted.json["state"], posted.json["decided_by"]) == ("posted", "sam")
    listed = program(office, "carla").get("/api/accounts/A1/adjustments?state=posted").json
    assert [one["id"] for one in listed] == ["api-2"]


def test_nobody_decides_what_they_asked_for(office: Office) -> None:
    assert asked(office, "sam", id="api-3", amount_cents=12_000).json["state"] == "posted"
    made = asked(office, "sam", id="api-4", amount_cents=100_001, kind="debit")
    assert made.json["state"] == "pending"
    own = program(office, "sam").post("/api/adjustments/api-4/decision", json={"approve": True})
    assert (own.status_code, own.json["code"]) == (403, "second_person_needed")


def test_bad_input_names_its_field(office: Office) -> None:
    for changes in ({"kind": "gift"}, {"amount_cents": 0}, {"amount_cents": "5"}, {"reason": ""}, {"id": ""}):
        answer = asked(office, "carla", **changes)
        assert answer.status_code == 422
        assert next(iter(changes)) in str(answer.json)

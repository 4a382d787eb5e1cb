"""A second person, and taking a payment back, on the office's page, the API and the command line."""

import json

import pytest
from click.testing import CliRunner

from server.commands.payments import payments_command
from tests.integration.office.conftest import Office
from tests.integration.office.test_api import program
from tests.integration.usecases.world import DEBT

LARGE = 600_000


def test_a_large_payment_is_approved_by_somebody_else(office: Office) -> None:
    form = {"payment_id": "big", "amount": "6,000.00", "channel": "counter"}
    assert office.post("sam", "/csr/accounts/A2/payments", **form).status_code == 302
    mine = office.client("sam").get("/office/payments").text
    assert "You recorded it; a colleague approves it." in mine
    refused = office.post("sam", "/office/payments/big/decision", decision="approve")
    assert refused.status_code == 403
    assert "needs a second person" in refused.text
    assert office.post("casey", "/office/payments/big/decision", decision="approve").status_code == 403
    assert "Waits for approval" in office.client("carla").get("/csr/accounts/A2").text
    assert office.post("ada", "/office/payments/big/decision", decision="approve").status_code == 302
    account = program(office, "casey").get("/api/accounts/A2").json
    assert (account["balance_cents"], account["avoids_cut_cents"]) == (DEBT - LARGE, 0)
    assert office.post("ada", "/office/payments/big/decision", decision="approve").status_code == 409


def test_a_payment_is_taken_back_on_the_page(office: Office) -> None:
    form = {"payment_id": "small", "amount": "50", "channel": "mail"}
    office.post("casey", "/csr/accounts/A2/payments", **form)
    text = office.client("casey").get("/office/payments?account=A2").text
    assert "Take back $50.00" in text
    given = {"reversal_id": "r1", "kind": "returned", "reason": "no funds"}
    for _ in range(2):
        assert office.post("casey", "/office/payments/small/take-back", **given).status_code == 302
    assert "Taken back" in office.client("carla").get("/csr/accounts/A2").text
    again = office.post("casey", "/office/payments/small/take-back", **(given | {"reversal_id": "r2"}))
    assert again.status_code == 409
    unknown = office.post("casey", "/office/receipts/take-back", receipt="X0-1", **given)
    assert unknown.status_code == 404


def test_the_same_over_the_api(office: Office) -> None:
    casey, sam = program(office, "casey"), program(office, "sam")
    payment = {"id": "big", "account": "A2", "amount_cents": LARGE, "channel": "web"}
    assert casey.post("/api/payments", json=payment).json["state"] == "pending"
    assert [one["id"] for one in casey.get("/api/payments?state=pending").json] == ["big"]
    done = sam.post("/api/payments/big/approval", json={"approve": True})
    assert (done.status_code, done.json["state"]) == (200, "posted")
    taken = {"id": "r1", "payment": "big", "kind": "void", "reason": "wrong account"}
    assert casey.post("/api/payment-reversals", json=taken).json["code"] == "second_person_needed"
    row = sam.post("/api/payment-reversals", json=taken)
    assert (row.status_code, row.json["balance_cents"]) == (201, DEBT)
    assert casey.get("/api/payments?state=taken_back&account=A2").json[0]["state"] == "taken_back"
    nothing = sam.post("/api/payment-reversals", json=taken | {"id": "r2", "payment": None})
    assert (nothing.status_code, nothing.json["code"]) == (422, "bad_input")


def test_the_same_on_the_command_line(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    config = office.services.config
    monkeypatch.setenv("CURBSTOP_DATABASE_URL", config.database_url)
    monkeypatch.setenv("CURBSTOP_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CURBSTOP_SECRET_KEY", config.secret_key)

    def run(*words: str) -> str:
        return CliRunner().invoke(payments_command, list(words)).output

    assert "P1: Payment of $50.00 recorded." in run(
        "record", "A2", "50", "--channel", "bank", "--id", "P1", "--by", "casey"
    )
    back = ("take-back", "R1", "--payment", "P1", "--kind", "returned", "--reason", "no funds")
    assert CliRunner().invoke(payments_command, [*back, "--by", "dana"]).exit_code == 1
    assert "$50.00 taken back." in run(*back, "--by", "casey")
    assert json.loads(run("list", "--json"))[0]["state"] == "taken_back"
    run("record", "A2", "6000", "--channel", "bank", "--id", "P2", "--by", "casey")
    assert "P2 is refused." in run("decide", "P2", "--refuse", "--words", "typed twice", "--by", "sam")

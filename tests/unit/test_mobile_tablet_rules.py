"""The tablet's own rules, in JavaScript: run by Node, and held against the server where both decide."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.ledger.test_money import AMOUNTS, NO_AMOUNTS
from tests.unit.situations import ACCOUNT, rule, sample_book
from workorders.grammar.money import PAYMENT_MAX_CENTS
from workorders.judgement.receipts import FIRST_PREVIOUS, ReceiptFacts, receipt_hash
from workorders.policy.phone_codes import CodeName, CodePolicy, as_document, code_of
from workorders.policy.severance import CutQuestion, cut_windows, evaluate
from workorders.usecases.district.publish_rules import sample_document

HERE = Path(__file__).parent
RULES = [
    HERE / f"mobile_{name}.test.mjs"
    for name in ("rules", "putaway", "cuts", "codes", "nearby", "scan", "talk", "day")
]


def cuts_over_a_holiday() -> dict[str, Any]:
    """An authority over summer time, a weekend and a holiday, and what the office says of each half hour."""
    zone, since = ZoneInfo("America/Chicago"), datetime(2026, 3, 5, 14, tzinfo=UTC)
    sample = sample_document()
    value = next(r["value"] for r in sample["rules"] if r["kind"] == "cut_rules" and r["key"] == "water")
    book = sample_book(rule("cut_rules", "water", value | {"holidays": ["2026-03-11"]}))
    until = since + timedelta(days=8)
    windows = cut_windows(book, "water", since, until, zone.key, forecasts={})
    authority = {
        "expires_at": until.isoformat(),
        "windows": [{"day": w.day.isoformat(), "until": w.until.isoformat()} for w in windows],
    }
    instants = []
    for step in range(2 * 24 * 9):
        at = since + timedelta(minutes=30 * step)
        asked = CutQuestion(ACCOUNT, "water", at, zone.key, authority_expires_at=until)
        against = [v.rule for v in evaluate(asked, book).checks if not v.allowed and v.rule in ON_THE_TABLET]
        named = [words for name, words in ON_THE_TABLET.items() if name in against]
        instants.append({"at": at.isoformat(), "against": named[:1]})
    return {"authority": authority, "instants": instants}


ON_THE_TABLET = {
    "authority": "authority_expired",
    "weekday": "day_not_allowed",
    "holiday": "day_not_allowed",
    "latest_hour": "past_latest_hour",
}
"""The office's rule → the tablet's word for it; a tablet names the first that stands against the cut."""


def codes_of_an_order() -> dict[str, Any]:
    """What a document says of its codes, and the codes themselves."""
    secret, at = "c0" * 32, datetime(2026, 3, 2, 18, tzinfo=UTC)
    document = as_document(secret, "W000001", 2, CodePolicy())
    codes = [
        {
            "code": code_of(secret, CodeName("W000001", 2, one["kind"], one["counter"]), at),
            "at": at.isoformat(),
        }
        | {"kind": one["kind"], "counter": one["counter"]}
        for one in document["prepared"]
    ]
    return {"document": document, "codes": codes}


@pytest.mark.node
def test_the_tablets_rules_hold() -> None:
    node = shutil.which("node")
    assert node, "Node is needed"
    facts = {"account": "A1", "amount_cents": 5_000, "method": "check", "check_number": "12"}
    facts |= {"taken_at": "2026-03-02T15:00:00.000Z"}
    made = receipt_hash(FIRST_PREVIOUS, "AB-000001", **facts)  # type: ignore[arg-type]  # as keywords
    receipt = ReceiptFacts(number="AB-000001", previous_hash=FIRST_PREVIOUS, hash=made, **facts)  # type: ignore[arg-type]
    environment = os.environ | {"RECEIPT": json.dumps(asdict(receipt)), "RECEIPT_HASH": made}
    environment["CUTS"] = json.dumps(cuts_over_a_holiday())
    environment["CODES"] = json.dumps(codes_of_an_order())
    environment["MONEY"] = json.dumps(
        {"read": AMOUNTS, "refused": [*NO_AMOUNTS, "-3.00", "$ 7"], "most": PAYMENT_MAX_CENTS}
    )
    run = subprocess.run(
        [node, "--test", *map(str, RULES)], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr

"""The tablet's own rules, in JavaScript: run by Node, and held against the server where both decide."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from workorders.receipts import FIRST_PREVIOUS, ReceiptFacts, receipt_hash

HERE = Path(__file__).parent
RULES = [HERE / "mobile_rules.test.mjs", HERE / "mobile_putaway.test.mjs"]


@pytest.mark.node
def test_the_tablets_rules_hold() -> None:
    node = shutil.which("node")
    assert node, "Node is needed"
    facts = {"account": "A1", "amount_cents": 5_000, "method": "check", "check_number": "12"}
    facts |= {"taken_at": "2026-03-02T15:00:00.000Z"}
    made = receipt_hash(FIRST_PREVIOUS, "AB-000001", **facts)  # type: ignore[arg-type]  # as keywords
    receipt = ReceiptFacts(number="AB-000001", previous_hash=FIRST_PREVIOUS, hash=made, **facts)  # type: ignore[arg-type]
    environment = os.environ | {"RECEIPT": json.dumps(asdict(receipt)), "RECEIPT_HASH": made}
    run = subprocess.run(
        [node, "--test", *map(str, RULES)], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr

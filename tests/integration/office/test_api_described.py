"""The API as it describes itself: generated requests by every role find no accident and nothing undescribed.

`CURBSTOP_API_EXAMPLES` raises the number of requests for each operation and role.
"""

import os
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import content_type_conformance, not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from tests.integration.office.conftest import TOKEN, Office
from tests.integration.office.morning import STAFF

EXAMPLES = int(os.environ.get("CURBSTOP_API_EXAMPLES", "3"))
"""Requests for each operation, role and mode. PostgreSQL, which refuses more than SQLite, answers them."""
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.slow
@pytest.mark.parametrize("morning_template", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", [*STAFF, None])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda m: m.value)
def test_generated_requests_meet_only_described_answers(
    office: Office, name: str | None, mode: GenerationMode
) -> None:
    headers = _signed_in(office, name)
    schema: Any = schemathesis.openapi.from_wsgi("/api/openapi.json", office.app)
    asked = 0
    for found in schema.get_all_operations():
        asked += _drive(found.ok(), mode, headers)
    assert asked > EXAMPLES


def _drive(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> int:
    """How many requests were made of one operation."""
    asked = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        case.call_and_validate(headers=headers, checks=CHECKS)

    # An operation that takes nothing has nothing to get wrong.
    with suppress(Unsatisfiable):
        ask()
    return asked


def _signed_in(office: Office, name: str | None) -> dict[str, str]:
    """The headers that a browser of this person would send."""
    client = office.client(name)
    cookie = client.get_cookie("curbstop")
    if cookie is None:
        return {}
    return {"Cookie": f"curbstop={cookie.value}", "X-CSRF-Token": TOKEN}

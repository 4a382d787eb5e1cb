"""Rules and fees on the administrators' pages: in force, published, and a fee changed after its preview."""

import json
import re
from datetime import timedelta

import pytest
from marshmallow import Schema, fields

from server.previews import preview_round
from server.worker import prepare, publish_round
from tests.integration.office.conftest import Office
from tests.integration.usecases.world import TODAY
from workorders.messages.titles_en import GROUPS
from workorders.policy import rule_schemas, setting_schemas
from workorders.policy.rulebook import RULE_KINDS
from workorders.queries.rules import latest_version
from workorders.usecases.district.publish_rules import sample_document

SOON = TODAY + timedelta(days=10)


@pytest.mark.parametrize("name", ["carla", "dana", "casey", "sam"])
def test_only_administrators_see_and_change_fees(shared_office: Office, name: str) -> None:
    assert shared_office.post(name, "/admin/fees/field_visit").status_code == 403
    for path in ("/admin/fees/field_visit", "/admin/rules", "/admin/rules/published"):
        assert shared_office.client(name).get(path).status_code == 403


def test_rules_read_as_words_and_figures(shared_office: Office) -> None:
    page = shared_office.client("ada").get("/admin/rules").text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for said in (
        "Field visit $45.00 for the visit Municipal account",
        "No cut on Fri, Sat, Sun",
        "No cut from this time on 3:00",
        "Notices needed Past due, Final notice",
        "Business days since a notice Final notice: 7",
        "Holds that forbid a cut Medical hold, Payment arrangement",
        "Value by size 5/8: $145.00; 3/4: $175.00",
        "Adjustments up to Cashier: $25.00; Customer service: $50.00",
        "Fee Returned item",
        "Water, 5/8",
        "Past due, Español",
    ):
        assert said in text, said
    none = shared_office.client("ada").get("/admin/rules?day=2019-12-31").text
    assert "No fee holds on that day." in none
    assert shared_office.client("ada").get("/admin/rules?day=soon").status_code == 422


def _names(schema: type[Schema]) -> set[str]:
    """Every part of a schema, those of its rows included."""
    found = set()
    for name, field in schema().fields.items():
        found.add(name)
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            found |= _names(type(inner.schema))
    return found


def test_every_kind_setting_and_part_of_a_rule_has_a_title() -> None:
    assert set(GROUPS["rule_kinds"]) == set(RULE_KINDS)
    assert set(GROUPS["rule_settings"]) == set(setting_schemas.SETTINGS)
    schemas = [*setting_schemas.SETTINGS.values(), *rule_schemas._SCHEMAS.values()]
    parts = set().union(*(_names(schema) for schema in schemas)) - {"title", "body"}
    assert parts == set(GROUPS["rule_fields"])


def test_a_fee_is_previewed_and_then_published_with_its_reason(office: Office) -> None:
    ada = office.client("ada")
    plain = ada.get("/admin/fees/field_visit").text
    assert "In force today" in plain
    assert "Publish" not in plain, "nothing is published without a look at its preview"
    preview = ada.get(f"/admin/fees/field_visit?amount=52.50&effective_from={SOON}")
    assert "Last month, Feb 1, 2026 to Feb 28, 2026" in preview.text
    assert 'value="52.50"' in preview.text
    with office.services.read_sessions() as session:
        before = latest_version(session)
    form = {"amount": "52.50", "effective_from": str(SOON)}
    refused = office.post("ada", "/admin/fees/field_visit", **form, reason="")
    assert refused.status_code == 422
    assert 'value="52.50"' in refused.text
    assert office.post("ada", "/admin/fees/field_visit", **form, reason="Resolution 12").status_code == 302
    page = ada.get("/admin/fees/field_visit").text
    assert "To come" in page
    assert "Resolution 12" in page
    assert "$45.00 → $52.50" in page
    assert "$52.50 from Mar 12, 2026 on" in ada.get("/admin/rules").text
    assert "$52.50 from Mar 12, 2026 on" in ada.get("/admin/rules/published").text
    assert "Resolution 12" in ada.get("/admin/rules/published").text
    with office.services.read_sessions() as session:
        assert latest_version(session) == before + 1


@pytest.mark.parametrize(
    "query",
    [
        "amount=a+lot",
        "amount=-5",
        "amount=45",
        "amount=50&effective_from=2026-03-01",
        "amount=50&effective_from=x",
    ],
)
def test_a_preview_that_cannot_be_says_why(shared_office: Office, query: str) -> None:
    answer = shared_office.client("ada").get(f"/admin/fees/field_visit?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert shared_office.client("ada").get("/admin/fees/no_such").status_code == 404


def test_a_fee_from_today_on_is_on_tablets_with_the_next_publish(office: Office) -> None:
    services = office.services
    prepare(services)
    while publish_round(services):
        pass

    def on_tablets() -> set[int]:
        rows = services.store.changes("tech-t01", since="0", limit=1000).rows
        held = [row.doc for row in rows if row.doc and row.doc.get("state", "dispatched") == "dispatched"]
        fees = [fee for doc in held for fee in doc.get("fees", ())]
        return {fee["cents"] for fee in fees if fee["code"] == "field_visit"}

    assert on_tablets() == {4_500}
    form = {"amount": "52.50", "effective_from": str(TODAY), "reason": "Board of March 2"}
    assert office.post("ada", "/admin/fees/field_visit", **form).status_code == 302
    publish_round(services)
    assert on_tablets() == {5_250}


def test_a_change_is_previewed_by_the_worker_before_it_is_published(office: Office) -> None:
    page = office.client("ada").get("/admin/rules").text
    assert "/admin/rules/previews" in page
    steps = next(
        one for one in sample_document()["rules"] if (one["kind"], one["key"]) == ("setting", "notice_steps")
    )
    nobody = steps | {"value": steps["value"] | {"minimum_cents": 10**7}}
    stricter = {"note": "Write to nobody", "rules": [nobody]}
    for wrong, said in (("{", "no JSON document"), ('{"rules": []}', "no rule in it")):
        refused = office.post("ada", "/admin/rules/previews", document=wrong)
        assert (refused.status_code, said in refused.text) == (422, True)
    assert office.post("sam", "/admin/rules/previews", document=json.dumps(stricter)).status_code == 403
    made = office.post("ada", "/admin/rules/previews", document=json.dumps(stricter))
    waiting = office.client("ada").get(made.location)
    assert (waiting.headers.get("Refresh"), "looks for itself" in waiting.text) == ("3", True)
    assert preview_round(office.services) == 1
    assert preview_round(office.services) == 0
    ready = office.client("ada").get(made.location)
    assert "Refresh" not in ready.headers
    assert all(words in ready.text for words in ("Write to nobody", "What would have come about"))
    assert "Write to nobody" in office.client("ada").get("/admin/rules/previews").text
    pack = office.post("ada", "/admin/rules/previews", pack="washington-pud")
    assert pack.status_code == 302
    assert office.client("ada").get("/admin/rules/published").text.count("Write to nobody") == 0

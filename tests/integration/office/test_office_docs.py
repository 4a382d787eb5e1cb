"""docs/office.md names the roles, pages and calls that there are."""

import re
from pathlib import Path

from server.auth.roles import ROLES
from tests.integration.office.conftest import Office

PARTS = {"orders", "accounts", "payments", "exceptions", "bills", "care", "moves", "api_reports"}
TEXT = (Path(__file__).resolve().parents[3] / "docs" / "office.md").read_text()


def test_the_page_lists_every_role_and_call(shared_office: Office) -> None:
    assert set(re.findall(r"^\| `([a-z]+)` \|", TEXT, re.MULTILINE)) == set(ROLES)
    named = set(re.findall(r"^\| `(GET|POST) (/api/[^`]*)` \|", TEXT, re.MULTILINE))
    routed = {
        (method, rule.rule.replace("<int:", "<"))
        for rule in shared_office.app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in PARTS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert named == routed


def test_the_pages_named_are_there(shared_office: Office) -> None:
    rules = {rule.rule for rule in shared_office.app.url_map.iter_rules()}
    assert set(re.findall(r"^- `(/[a-z]+/)`", TEXT, re.MULTILINE)) <= rules

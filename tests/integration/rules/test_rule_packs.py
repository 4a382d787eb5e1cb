"""A sample pack is published from its page or by file, on top of what a district has."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.rules.test_rules_in_the_database import NOW, TODAY
from workorders.problems import Problem
from workorders.queries.rules import load_rule_book
from workorders.tables import AdminChange
from workorders.usecases.district.publish_rules import load_sample_rules
from workorders.usecases.district.rule_packs import adopt_pack, rule_packs

DAY = timedelta(days=1)


@pytest.mark.parametrize("code", [pack.code for pack in rule_packs()])
def test_a_pack_holds_from_its_day_on_and_leaves_the_rest(session: Session, code: str) -> None:
    load_sample_rules(session, now=NOW)
    before = load_rule_book(session).in_force(TODAY)
    version = adopt_pack(session, code, effective_from=TODAY + DAY, now=NOW, actor="ada")
    book = load_rule_book(session)
    assert (version, book.version) == (2, 2)
    assert book.in_force(TODAY).rules == before.rules
    later = book.in_force(TODAY + DAY)
    assert later.cut_rules("water") != before.cut_rules("water")
    assert later.fees == before.fees
    assert later.high_low("water") == before.high_low("water")
    assert session.scalars(select(AdminChange.kind)).all() == ["rule_pack"]


def test_a_day_that_is_past_or_taken_and_an_unknown_pack_are_refused(session: Session) -> None:
    load_sample_rules(session, now=NOW)
    code = rule_packs()[0].code
    with pytest.raises(Problem) as past:
        adopt_pack(session, code, effective_from=TODAY - DAY, now=NOW, actor="ada")
    assert past.value.details["field"] == "effective_from"
    adopt_pack(session, code, effective_from=TODAY, now=NOW, actor="ada")
    with pytest.raises(Problem) as taken:
        adopt_pack(session, code, effective_from=TODAY, now=NOW, actor="ada")
    assert "another day" in str(taken.value.details["reason"])
    with pytest.raises(Problem) as unknown:
        adopt_pack(session, "atlantis", effective_from=TODAY, now=NOW, actor="ada")
    assert unknown.value.code == "not_found"

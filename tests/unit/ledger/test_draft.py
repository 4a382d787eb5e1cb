"""What an entry may be made of, before any database."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.ledger import CHART, Line, draft
from workorders.ledger.entries import EntryDraft
from workorders.messages.message import typed

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
PARTIES = {"account": "A1", "technician": "t01", "office": "north", "expense": "6110"}
LINES = st.lists(
    st.tuples(st.sampled_from(sorted(CHART)), st.sampled_from(sorted(CHART)), st.integers(1, 10**9)),
    min_size=1,
)


def made(lines: list[Line], parties: dict[str, str]) -> EntryDraft:
    return draft(source="s", purpose="p", message=typed("w"), lines=lines, parties=parties, effective_at=NOW)


@given(LINES)
def test_every_draft_balances_and_names_the_party_its_ledger_wants(lines: list[Line]) -> None:
    postings = made(lines, PARTIES).postings
    assert sum(amount for _, _, amount in postings) == 0
    assert all(party == PARTIES.get(CHART[ledger].party, "") for ledger, party, _ in postings)


@pytest.mark.parametrize(
    "lines", [[], [("AR", "SVC", 0)], [("AR", "SVC", -5)], [("AR", "SVC", True)], [("AR", "NOPE", 5)]]
)
def test_a_draft_that_could_not_be_money_is_refused(lines: list[Line]) -> None:
    with pytest.raises(ValueError, match=r"."):
        made(lines, PARTIES)


def test_a_posting_to_a_receivable_needs_its_account() -> None:
    with pytest.raises(ValueError, match="AR needs its account"):
        made([("AR", "SVC", 5)], {"technician": "t01"})

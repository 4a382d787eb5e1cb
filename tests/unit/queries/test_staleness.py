"""What the office may and may not claim to know while a tablet is silent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.judgement.lifecycle import IN_FIELD, State
from workorders.queries.staleness import TabletView, staleness

CUT = "disconnect_np"
TABLET = TabletView("Tess Demo", "11:42", published=True, confirmed=True, knows_latest=False)


@pytest.mark.parametrize("state", sorted(IN_FIELD))
def test_a_cut_on_a_tablet_is_possibly_off(state: str) -> None:
    said = staleness(CUT, state, False, TABLET)
    assert said is not None
    assert said.words == "Possibly off; tablet last heard 11:42."
    assert said.doubt


def test_a_cancel_the_tablet_may_not_know_of() -> None:
    said = staleness(CUT, State.CANCELLED, True, TABLET)
    assert said is not None
    assert said.words == (
        "Possibly off; tablet last heard 11:42. The tablet may not know yet that this was cancelled."
    )
    other = staleness("exchange", State.CANCELLED, True, TABLET)
    assert other is not None
    assert other.words == "The tablet may not know yet that this was cancelled; last heard 11:42."
    assert staleness(CUT, State.CANCELLED, True, replace(TABLET, knows_latest=True)) is None
    assert staleness(CUT, State.CANCELLED, False, TABLET) is None


def test_how_far_an_order_has_got_to_the_tablet() -> None:
    waiting = staleness("reread", State.DISPATCHED, False, replace(TABLET, published=False, heard=None))
    assert waiting is not None
    assert waiting.words == "Waiting to be sent to Tess Demo’s tablet; not heard of yet."
    sent = staleness("reread", State.DISPATCHED, False, replace(TABLET, confirmed=False))
    assert sent is not None
    assert "has not confirmed it" in sent.words
    known = staleness("reread", State.STARTED, False, TABLET)
    assert known is not None
    assert known.words == "As Tess Demo’s tablet reported it; last heard 11:42."
    assert not known.doubt


@given(
    order_type=st.sampled_from([CUT, "reread"]),
    state=st.sampled_from(
        sorted(set(State) - IN_FIELD - {State.CANCELLED, State.SUPERSEDED, State.RECALLED})
    ),
    knows=st.booleans(),
    published=st.booleans(),
)
def test_nothing_is_in_doubt_when_no_tablet_has_it(
    order_type: str, state: str, knows: bool, published: bool
) -> None:
    assert staleness(order_type, state, knows, replace(TABLET, published=published)) is None
    assert staleness(order_type, State.DISPATCHED, knows, None) is None

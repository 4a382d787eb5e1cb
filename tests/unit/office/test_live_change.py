"""What has changed between two looks at the board, and what a board that missed some of it is told."""

from hypothesis import given
from hypothesis import strategies as st

from server.pages.dispatch.live.change import EVERYTHING, MOST_ORDERS, NOTHING, Change, Marks, difference


def test_a_moved_order_concerns_who_had_it_and_who_has_it() -> None:
    before = Marks(orders={"W1": (1, "t01"), "W2": (4, None)})
    after = Marks(orders={"W1": (2, "t02"), "W2": (4, None), "W3": (1, None)})
    assert difference(before, after) == Change(frozenset({"W1", "W3"}), frozenset({"t01", "t02"}))


def test_an_order_that_is_gone_has_changed() -> None:
    assert difference(Marks(orders={"W1": (1, "t01")}), Marks()).as_json() == {
        "orders": ["W1"],
        "technicians": ["t01"],
    }


def test_a_tablet_heard_is_a_cell_and_not_a_day() -> None:
    change = difference(Marks(heard={"t01": 1}), Marks(heard={"t01": 2}))
    assert change.as_json() == {"heard": ["t01"]}


def test_what_is_the_same_is_nothing() -> None:
    marks = Marks({"W1": (1, None)}, {"t01": "x"}, {"t01": 1}, {"t01": "event:1"}, (1, 2))
    assert not difference(marks, marks)


def test_too_many_to_name_are_everything() -> None:
    many = {f"W{number}": (1, None) for number in range(MOST_ORDERS + 1)}
    assert difference(Marks(), Marks(orders=many)) == EVERYTHING
    half = Change(frozenset(list(many)[:100])), Change(frozenset(list(many)[100:]))
    assert half[0].merged(half[1]) == EVERYTHING


FEW = st.frozensets(st.sampled_from("abc"))
CHANGES = st.builds(Change, FEW, FEW, FEW, FEW, st.booleans(), st.booleans())


@given(CHANGES, CHANGES)
def test_together_they_leave_nothing_out(one: Change, other: Change) -> None:
    both = one.merged(other)
    assert both.everything or all(
        getattr(each, kind) <= getattr(both, kind)
        for each in (one, other)
        for kind in ("orders", "technicians", "heard", "places")
    )
    assert one.merged(NOTHING) == (EVERYTHING if one.everything else one)

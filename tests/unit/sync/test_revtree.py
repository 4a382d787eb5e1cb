"""Revision trees: merging in any order gives the same tree, and nothing acknowledged is lost."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol import revtree
from sync.protocol.revtree import EMPTY, BadRevision, Tree
from sync.protocol.winner import winner

LIMIT = 1_000


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[tuple[str, ...], bool]]:
    """Some histories of one document, newest first, that share ancestors as edits on replicas do."""
    paths: list[tuple[str, ...]] = []
    for number in range(draw(st.integers(1, 8))):
        base: tuple[str, ...] = ()
        branches = draw(st.booleans())
        if paths and branches:
            known = draw(st.sampled_from(paths))
            base = known[draw(st.integers(0, len(known) - 1)) :]
        steps = draw(st.integers(1, 3))
        start = int(base[0].partition("-")[0]) if base else 0
        added = tuple(f"{start + step}-{number}{step}" for step in range(steps, 0, -1))
        paths.append((*added, *base))
    cuts = [draw(st.integers(1, len(path))) for path in paths]
    gone = [draw(st.booleans()) for _ in paths]
    return [(path[:cut], deleted) for path, cut, deleted in zip(paths, cuts, gone, strict=True)]


def merged(edits: list[tuple[tuple[str, ...], bool]], limit: int = LIMIT) -> Tree:
    """Merge the histories in the order given."""
    tree = EMPTY
    for path, deleted in edits:
        tree, _ = revtree.merge(tree, path, deleted=deleted, limit=limit)
    return tree


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    edits: list[tuple[tuple[str, ...], bool]], random: object
) -> None:
    shuffled = list(edits)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its Random as object
    one, other = merged(edits), merged(shuffled)
    assert {rev: set(ps) for rev, ps in one.parents.items()} == {
        rev: set(ps) for rev, ps in other.parents.items()
    }
    assert {rev for rev, _ in revtree.leaves(one)} == {rev for rev, _ in revtree.leaves(other)}


@given(histories())
def test_merging_again_changes_nothing(edits: list[tuple[tuple[str, ...], bool]]) -> None:
    tree = merged(edits)
    for path, deleted in edits:
        again, new = revtree.merge(tree, path, deleted=deleted, limit=LIMIT)
        assert not new
        assert again == tree


@given(histories())
def test_dump_and_load_are_inverse(edits: list[tuple[tuple[str, ...], bool]]) -> None:
    tree = merged(edits)
    back = revtree.load(revtree.dump(tree))
    assert {rev: set(ps) for rev, ps in back.parents.items()} == {
        rev: set(ps) for rev, ps in tree.parents.items()
    }
    assert revtree.leaves(back) == revtree.leaves(tree)
    assert revtree.dump(back) == revtree.dump(tree)


@given(histories(), st.integers(1, 4))
def test_stemming_keeps_every_leaf_and_the_winner(
    edits: list[tuple[tuple[str, ...], bool]], limit: int
) -> None:
    whole = merged(edits)
    stemmed = revtree.stem(whole, limit)
    assert revtree.leaves(stemmed) == revtree.leaves(whole)
    assert winner(revtree.leaves(stemmed)) == winner(revtree.leaves(whole))
    assert set(stemmed.parents) <= set(whole.parents)


@given(histories())
def test_every_revision_is_a_leaf_or_an_ancestor_of_one(edits: list[tuple[tuple[str, ...], bool]]) -> None:
    tree = merged(edits)
    leaves = {rev for rev, _ in revtree.leaves(tree)}
    for path, _ in edits:
        assert revtree.descends(tree, path[0]) & leaves


def test_a_partial_history_is_grafted() -> None:
    tree = merged([(("1-a",), False), (("3-c",), False), (("3-c", "2-b", "1-a"), False)])
    assert revtree.leaves(tree) == [("3-c", False)]
    assert revtree.ancestry(tree, "3-c") == ("3-c", "2-b", "1-a")


def test_contradicting_histories_end_equal_in_any_order() -> None:
    edits = [(("1-a",), False), (("1-c",), False), (("2-b", "1-a"), False), (("2-b", "1-c"), False)]
    dumps = {revtree.dump(merged(list(order))) for order in permutations(edits)}
    assert len(dumps) == 1
    assert revtree.leaves(revtree.load(dumps.pop())) == [("2-b", False)]


def test_a_live_leaf_beats_a_deleted_one_then_generation_then_hash() -> None:
    assert winner([("9-z", True), ("2-a", False)]) == ("2-a", False)
    assert winner([("2-z", False), ("10-a", False)]) == ("10-a", False)
    assert winner([("2-a", False), ("2-b", False)]) == ("2-b", False)
    assert winner([("1-a", True), ("2-a", True)]) == ("2-a", True)


def test_missing_revisions_and_their_possible_ancestors() -> None:
    tree = merged([(("2-b", "1-a"), False), (("2-c", "1-a"), False)])
    assert revtree.missing(tree, ["1-a", "2-b"]) == ([], [])
    assert revtree.missing(tree, ["3-x", "1-a"]) == (["3-x"], ["2-c", "2-b"])
    assert revtree.missing(tree, ["1-x"]) == (["1-x"], [])
    assert revtree.missing(EMPTY, ["1-x"]) == (["1-x"], [])


def test_purging_a_leaf_takes_its_branch_and_nothing_else() -> None:
    tree = merged([(("3-c", "2-b", "1-a"), False), (("2-d", "1-a"), True)])
    rest, gone = revtree.purge(tree, ["3-c", "1-a", "3-c"])
    assert gone == ["3-c"]
    assert revtree.leaves(rest) == [("2-d", True)]
    nothing, gone = revtree.purge(rest, ["2-d"])
    assert gone == ["2-d"]
    assert nothing.parents == {}


@pytest.mark.parametrize(
    "rev", ["", "1", "-a", "0-a", "01-a", "a-1", "1-a b", '1-"', "1-\\", "1-é", None, 1, "1-" + "a" * 200]
)
def test_malformed_revisions_are_refused(rev: object) -> None:
    with pytest.raises(BadRevision):
        revtree.check_rev(rev)


@pytest.mark.parametrize("path", [(), ("2-b", "2-a"), ("1-a", "2-b"), ("3-c", "1-a")])
def test_histories_must_descend_by_one(path: tuple[str, ...]) -> None:
    with pytest.raises(BadRevision):
        revtree.merge(EMPTY, path, deleted=False, limit=LIMIT)


def test_a_history_longer_than_its_start_is_refused() -> None:
    assert revtree.path_from(2, ["b", "a"]) == ("2-b", "1-a")
    with pytest.raises(BadRevision):
        revtree.path_from(1, ["b", "a"])


def test_a_hostile_web_of_parents_stays_small() -> None:
    tree = EMPTY
    for generation in range(2, 60):
        for child in "ab":
            for parent in "ab":
                path = (f"{generation}-{child}", f"{generation - 1}-{parent}")
                tree, _ = revtree.merge(tree, path, deleted=False, limit=LIMIT)
    assert len(revtree.dump(tree)) < 20_000
    assert revtree.leaves(revtree.load(revtree.dump(tree))) == [("59-b", False), ("59-a", False)]

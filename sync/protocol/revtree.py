"""The revisions of one document and how two histories of it become one.

A tree is the set of known revisions with the edges to their parents. Merging is the union of both, so it is
commutative, associative and idempotent: replicas that saw the same edits in any order hold the same tree.
Only stemming, which forgets ancestors beyond the limit, loses something, and never a leaf.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import orjson

from sync.protocol.winner import generation, rank

# Printable ASCII but quotes and backslashes, so that a revision can be spliced into JSON as it is. An empty
# hash is odd, but CouchDB takes it.
_REVISION = re.compile(r"[1-9][0-9]{0,14}-[!#-\[\]-~]*")


class BadRevision(ValueError):  # noqa: N818  # named for what is wrong
    """A revision id is not `<generation>-<hash>`, or a path's generations do not descend by one."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Known revisions, each with its parents, and the revisions that are deletions.

    `parents[rev]` is empty for a root, which may be an old ancestor whose own history was stemmed. Two
    parents for one revision appear only when two histories contradict each other; both edges are kept, so
    that the order of arrival does not matter.
    """

    parents: dict[str, tuple[str, ...]]
    deleted: frozenset[str]


EMPTY = Tree({}, frozenset())


def check_rev(rev: object, max_chars: int = 128) -> str:
    """Return `rev` when it is a well-formed revision id; raise BadRevision otherwise."""
    if not isinstance(rev, str) or len(rev) > max_chars or not _REVISION.fullmatch(rev):
        raise BadRevision("Invalid rev format")
    return rev


def path_from(start: int, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the revisions, newest first, that `_revisions` with this start and these hashes stands for."""
    if start < len(ids):
        raise BadRevision("_revisions lists more ids than its start allows")
    return tuple(f"{start - index}-{digest}" for index, digest in enumerate(ids))


def leaves(tree: Tree) -> list[tuple[str, bool]]:
    """Return every (leaf, deleted), the winner's rank first: live before deleted, then highest."""
    if len(tree.parents) <= 1:
        return [(rev, rev in tree.deleted) for rev in tree.parents]
    inner = {parent for parents in tree.parents.values() for parent in parents}
    found = [(rev, rev in tree.deleted) for rev in tree.parents if rev not in inner]
    found.sort(key=lambda leaf: (not leaf[1], *rank(leaf[0])), reverse=True)
    return found


def ancestry(tree: Tree, rev: str) -> tuple[str, ...]:
    """Return `rev` and its known ancestors, newest first."""
    path = [rev]
    parents = tree.parents[rev]
    while parents:
        path.append(max(parents, key=rank) if len(parents) > 1 else parents[0])
        parents = tree.parents[path[-1]]
    return tuple(path)


def descends(tree: Tree, ancestor: str) -> set[str]:
    """Return `ancestor` and every revision that has it among its ancestors."""
    found = {ancestor}
    for rev in sorted(tree.parents, key=rank):
        if any(parent in found for parent in tree.parents[rev]):
            found.add(rev)
    return found


def merge(tree: Tree, path: Sequence[str], *, deleted: bool, limit: int) -> tuple[Tree, bool]:
    """Add a history, newest revision first, and return the tree and whether its first revision is new.

    A revision already known keeps what is known of it, so a repeated merge changes nothing. Raises
    BadRevision when generations do not descend by one.
    """
    _check_path(path)
    head = path[0]
    new = head not in tree.parents
    parents = dict(tree.parents)
    for child, parent in pairwise(path):
        known = parents.get(child, ())
        if parent not in known:
            parents[child] = (*known, parent)
    parents.setdefault(path[-1], ())
    merged = Tree(parents, tree.deleted | {head} if new and deleted else tree.deleted)
    return (stem(merged, limit) if len(parents) > limit else merged), new


def _check_path(path: Sequence[str]) -> None:
    if not path:
        raise BadRevision("a history needs at least one revision")
    expected = generation(path[0])
    for rev in path:
        if generation(rev) != expected:
            raise BadRevision("a history's generations must descend by one")
        expected -= 1


def stem(tree: Tree, limit: int) -> Tree:
    """Keep at most `limit` revisions of each leaf's ancestry."""
    kept: dict[str, tuple[str, ...]] = {}
    for leaf, _ in leaves(tree):
        path = ancestry(tree, leaf)[:limit]
        for child, parent in pairwise(path):
            known = kept.get(child, ())
            if parent not in known:
                kept[child] = (*known, parent)
        kept.setdefault(path[-1], ())
    return Tree(kept, frozenset(rev for rev in tree.deleted if rev in kept))


def missing(tree: Tree, revs: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return which of `revs` are unknown, and the leaves that may be ancestors of one of those."""
    unknown = [rev for rev in revs if rev not in tree.parents]
    if not unknown:
        return [], []
    newest = max(generation(rev) for rev in unknown)
    return unknown, [leaf for leaf, _ in leaves(tree) if generation(leaf) < newest]


def purge(tree: Tree, revs: Iterable[str]) -> tuple[Tree, list[str]]:
    """Forget the leaves among `revs`, each with its history up to the branch, and return the leaves
    forgotten.
    """
    current = {leaf for leaf, _ in leaves(tree)}
    gone = [rev for rev in dict.fromkeys(revs) if rev in current]
    kept: set[str] = set()
    for leaf in current.difference(gone):
        kept.update(ancestry(tree, leaf))
    parents = {rev: tuple(p for p in ps if p in kept) for rev, ps in tree.parents.items() if rev in kept}
    return Tree(parents, tree.deleted & kept), gone


def dump(tree: Tree) -> bytes:
    """Return the tree as JSON: chains of revisions, newest first, each led by 1 for a deleted leaf, else 0.

    A chain ends at a root or at a revision that an earlier chain holds. Equal trees give equal bytes.
    """
    if len(tree.parents) == 1:
        return orjson.dumps([[int(rev in tree.deleted), rev] for rev in tree.parents])
    chains: list[list[int | str]] = []
    heads = [rev for rev, _ in leaves(tree)]
    emitted: set[str] = set()
    for head in heads:
        chain: list[int | str] = [1 if head in tree.deleted else 0, head]
        rev = head
        while rev not in emitted and tree.parents[rev]:
            emitted.add(rev)
            first, *others = sorted(tree.parents[rev], key=rank, reverse=True)
            chains.extend([0, rev, other] for other in others)
            heads.extend(others)
            chain.append(first)
            rev = first
        chains.append(chain)
    return orjson.dumps(chains)


def load(data: bytes) -> Tree:
    """Return the tree that `dump` wrote."""
    parents: dict[str, tuple[str, ...]] = {}
    deleted = set()
    for flag, *chain in orjson.loads(data):
        if flag:
            deleted.add(chain[0])
        for child, parent in pairwise(chain):
            known = parents.get(child, ())
            if parent not in known:
                parents[child] = (*known, parent)
        parents.setdefault(chain[-1], ())
    return Tree(parents, frozenset(deleted))

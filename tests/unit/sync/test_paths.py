"""URLs read exactly where the server shows them raw, and by what exists where it does not."""

from collections.abc import Sequence

import pytest

from sync.routes.call import Target
from sync.routes.paths import Hints, guess, raw_segments, target


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", Target()),
        ("_all_dbs", Target(action="_all_dbs")),
        ("db", Target("db")),
        ("db/", Target("db")),
        ("_users", Target("_users")),
        ("a%2Fb", Target("a/b")),
        ("db/_changes", Target("db", "_changes")),
        ("db/_design_docs/x", Target("db", "_design_docs/x")),
        ("db/doc", Target("db", "", "doc")),
        ("db/a%2Fb", Target("db", "", "a/b")),
        ("db/a/b/c", Target("db", "", "a", "b/c")),
        ("db/_local/x%2Fy", Target("db", "_local", "_local/x/y")),
        ("db/_local%2Fx", Target("db", "_local", "_local/x")),
        ("db/_local/x/y", Target("db", "_local", "_local/x", "y")),
        ("db/_design/d", Target("db", "", "_design/d")),
        ("db/_design%2Fd", Target("db", "", "_design/d")),
        ("db/_design/d/f.txt", Target("db", "", "_design/d", "f.txt")),
        ("db/_design/d/_view/v", Target("db", "_design_function", "_design/d", "_view/v")),
    ],
)
def test_raw_urls_are_exact(path: str, expected: Target) -> None:
    segments = raw_segments({"RAW_URI": f"/couch/{path}?a=/b"}, "/couch/")
    assert segments is not None
    assert target(segments) == expected


def test_absolute_request_lines_are_understood() -> None:
    assert raw_segments({"REQUEST_URI": "http://host:1/db/x"}, "/") == ["db", "x"]
    assert raw_segments({}, "/") is None


def hints(*known: str, body: str | None = None) -> Hints:
    def longest(_database: str, candidates: Sequence[str]) -> str | None:
        assert list(candidates) == sorted(candidates, key=len, reverse=True)
        return next((candidate for candidate in candidates if candidate in known), None)

    return Hints(longest, lambda doc_id: doc_id == body)


def test_without_the_raw_url_the_longest_known_document_is_meant() -> None:
    parts = ["db", "a", "b", "c"]
    assert guess(target(parts), hints("a/b/c")) == Target("db", "", "a/b/c")
    assert guess(target(parts), hints("a", "a/b")) == Target("db", "", "a/b", "c")
    assert guess(target(parts), hints("a")) == Target("db", "", "a", "b/c")
    assert guess(target(parts), hints()) == Target("db", "", "a", "b/c")


def test_without_the_raw_url_a_body_shows_which_document_is_new() -> None:
    assert guess(target(["db", "a", "b"]), hints("a", body="a/b")) == Target("db", "", "a/b")
    assert guess(target(["db", "_design", "a", "b"]), hints("_design/a/b")) == Target("db", "", "_design/a/b")

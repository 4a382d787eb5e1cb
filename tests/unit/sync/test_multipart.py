"""MIME sections: what is written can be read, and what is broken is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol import multipart
from sync.protocol.errors import ProtocolError


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_written_sections_are_read_back(contents: list[bytes]) -> None:
    parts = [
        ({"Content-Type": "image/png", "Content-Length": str(len(content))}, iter((content,)))
        for content in contents
    ]
    found = multipart.parse(b"".join(multipart.joined(parts, "b0undary")), "b0undary")
    assert [section.content for section in found] == contents
    assert {section.headers["content-type"] for section in found} == {"image/png"}


def test_a_file_may_contain_the_boundary() -> None:
    content = b"x\r\n--b\r\n\r\nfake\r\n--b--"
    sent = b"".join(multipart.joined([({"Content-Length": str(len(content))}, iter((content,)))], "b"))
    assert [section.content for section in multipart.parse(sent, "b")] == [content]


@pytest.mark.parametrize("name", ["a.jpg", 'quo"te', "back\\slash", "ünï.txt", "new\nline", "%41"])
def test_a_filename_never_breaks_its_header(name: str) -> None:
    header = multipart.disposition(name)
    assert header.isascii()
    assert "\n" not in header
    assert multipart.Section({"content-disposition": header}, b"").filename()


@pytest.mark.parametrize(
    "body", [b"", b"--b", b"--b\r\nA: 1\r\n\r\nx", b"--b\r\nA: 1\r\n\r\nx\r\n--c--", b"x"]
)
def test_broken_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        multipart.parse(body, "b")


def test_the_boundary_comes_from_the_content_type() -> None:
    assert multipart.boundary_of('multipart/related; boundary="a b"') == "a b"
    with pytest.raises(ProtocolError):
        multipart.boundary_of("multipart/related")

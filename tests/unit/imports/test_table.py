"""Files as offices save them: any encoding, delimiter and quoting; every fault with its row."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.imports.reading import read_table

COLUMNS = ("serial", "size", "note")
REQUIRED = ("serial",)
TEXT = 'serial,size,note\nCB1,"5/8","left of drive, by the ""old"" oak"\nCB2,3/4,Müller’s gate\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_reads_every_common_encoding(encoding: str) -> None:
    table = read_table(TEXT.encode(encoding), COLUMNS, REQUIRED)
    assert table.errors == []
    assert [row.cells["note"] for row in table.rows] == ['left of drive, by the "old" oak', "Müller’s gate"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_finds_the_delimiter_and_any_line_end(delimiter: str, newline: str) -> None:
    text = newline.join(
        [delimiter.join(["Serial", " SIZE ", "Note"]), delimiter.join(["CB1", "5/8", ""]), ""]
    )
    table = read_table(text.encode(), COLUMNS, REQUIRED)
    assert table.errors == []
    assert [(row.number, row.cells) for row in table.rows] == [(2, {"serial": "CB1", "size": "5/8"})]


def test_counts_rows_like_a_spreadsheet() -> None:
    data = b'serial,note\nCB1,"two\nlines"\n,\nCB2,x\n'
    assert [row.number for row in read_table(data, COLUMNS, REQUIRED).rows] == [2, 4]


def test_names_every_fault_of_the_header() -> None:
    table = read_table(b"size,colour,size\n1,2,3\n", COLUMNS, REQUIRED)
    assert [(fault.row, fault.column) for fault in table.errors] == [
        (1, "colour"),
        (1, "size"),
        (1, "serial"),
    ]
    assert table.rows == []


@pytest.mark.parametrize(
    ("data", "row", "words"),
    [
        (b"", 1, "no header"),
        (b"serial,size\nCB1,5/8,extra\nCB2,5/8\n", 2, "3 cells"),
        (b"serial,size\nCB1,5/8\nCB2,\x00\n", 3, "NUL"),
        (b'serial,size\nCB1,"5/8\nCB2,5/8\n', 2, "quoting is broken"),
        (b"\xef\xbb\xbfserial,size\nCB1,\xff\n", 1, "not text"),
    ],
)
def test_names_the_row_that_cannot_be_read(data: bytes, row: int, words: str) -> None:
    errors = read_table(data, COLUMNS, REQUIRED).errors
    assert [fault.row for fault in errors] == [row]
    assert words in errors[0].words


@settings(deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff\u200b"),
            min_size=1,
            max_size=20,
        ).filter(str.strip),
        max_size=8,
    )
)
def test_whatever_a_spreadsheet_can_write_is_read_back(serials: list[str]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["serial", "size"])
    writer.writerows([serial, "5/8"] for serial in serials)
    table = read_table(out.getvalue().encode(), COLUMNS, REQUIRED)
    assert table.errors == []
    assert [row.cells["serial"] for row in table.rows] == [serial.strip() for serial in serials]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_it_fail(data: bytes) -> None:
    table = read_table(data, COLUMNS, REQUIRED)
    assert all(fault.code == "bad_input" and fault.words for fault in table.errors)

"""What spreadsheets and old exports do to cells is recognised, and what only looks alike is left alone."""

import pytest

from server.imports.damage import damage
from server.imports.nothing import is_nothing, names_nobody
from server.imports.table import decode
from tests.unit.imports.reading import read_table


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("8-May", "5/8"),
        ("2-Jan", "1/2"),
        ("4-Mar", "3/4"),
        ("May-08", "5/8"),
        ("May 8", "5/8"),
        ("8-May-26", "5/8"),
        ("05/08/2026", "5/8"),
        ("5/8/26", "5/8"),
        ("2026-05-08", "5/8"),
        ("2026-03-04 00:00:00", "3/4"),
        ("4-MAR", "3/4"),
        ("1/1/2002", "1-1/2"),
        ("1-Jan-02", "1-1/2"),
        ("2002-01-01T00:00:00", "1-1/2"),
        ("46150", "5/8"),
        ("2.0", "2"),
    ],
)
@pytest.mark.parametrize("column", ["size", "extra.size"])
def test_a_size_that_became_a_date_or_a_number(column: str, cell: str, meant: str) -> None:
    words = damage(column, cell)
    assert words is not None
    assert meant in words
    assert "as text" in words


@pytest.mark.parametrize(
    "cell", ["5/8", "1-1/2", "1 1/2", "3/4", "2", "5/8 x 3/4", "0.75", "200A", "10", '5/8"']
)
def test_sizes_are_left_alone(cell: str) -> None:
    assert damage("size", cell) is None


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("67401.0", "67401"),
        ("2138.0", "02138"),
        ("2138", "02138"),
        ("501", "00501"),
        ("21381234", "02138-1234"),
        ("2138-1234", "02138-1234"),
        ("67,401", "number"),
        ("6.7401E+04", "number"),
    ],
)
def test_a_postcode_that_became_a_number(cell: str, meant: str) -> None:
    assert meant in str(damage("postcode", cell))


@pytest.mark.parametrize("cell", ["67401", "02138", "67401-1234", "674011234", "K1A 0B6"])
def test_postcodes_are_left_alone(cell: str) -> None:
    assert damage("postcode", cell) is None


@pytest.mark.parametrize(
    "column", ["account", "serial", "premise", "service_point", "lock", "extra.van_stock"]
)
@pytest.mark.parametrize("cell", ["1.23E+11", "1,23E+11", "1E+11", "1234567.0", "1,234,567", "2-Sep"])
def test_an_identifier_that_became_a_number(column: str, cell: str) -> None:
    assert "as text" in str(damage(column, cell))


@pytest.mark.parametrize("cell", ["5E10", "00123", "A-1", "MAR-1234567", "1.2.3", "12-34", "9876543210"])
def test_identifiers_are_left_alone(cell: str) -> None:
    assert damage("serial", cell) is None


def test_one_of_several_numbers_in_a_cell_is_found() -> None:
    assert "1.23E+11" in str(damage("service_points", "SP-1 1.23E+11"))


@pytest.mark.parametrize(("cell", "meant"), [("10-Dec", "12-10"), ("2026-03-04", "3-4"), ("114.0", "114")])
def test_a_house_number_that_became_a_date(cell: str, meant: str) -> None:
    assert meant in str(damage("house_number", cell))


@pytest.mark.parametrize("cell", ["123 1/2", "123½", "42-18", "N6W23001", "220A", "12 Unit B-2"])
def test_house_numbers_are_left_alone(cell: str) -> None:
    assert damage("house_number", cell) is None


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Calle PeÃ±a", "Calle Peña"),
        ("left of drive â€“ gate", "left of drive – gate"),
        ("MÃ¼ller's", "Müller's"),
        ("5Â° north", "5° north"),
        ("Ã\x81vila", "Ávila"),
    ],
)
def test_text_in_the_wrong_encoding_is_doubted_with_what_it_was(cell: str, meant: str) -> None:
    assert meant in str(damage("street", cell))


@pytest.mark.parametrize(
    "cell", ["Calle Peña", "Müller", "São Tomé", "Łódź", "Ñuñoa", "naïve – “quoted” …", "Ægir"]
)
def test_right_text_of_any_language_is_left_alone(cell: str) -> None:
    assert damage("street", cell) is None


def test_what_was_lost_and_what_never_was_a_value_is_doubted() -> None:
    assert damage("street", "Pe\ufffda") is not None
    assert damage("account", "#######") is not None
    assert damage("account", "=A1&B1") is not None
    assert "quotation mark" in str(damage("street", "Elm Street,X\n1,Oak Street"))
    assert damage("access_note", "gate left\nring twice") is None


@pytest.mark.parametrize(
    "cell",
    [
        "NULL",
        "null",
        "(null)",
        "N/A",
        "#N/A",
        "n/a",
        "NA",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "none",
        "None",
        "-",
        "--",
        "—",
        "nan",
        "NaN",
        "nil",
        "\\N",
        "undefined",
        "?",
        ".",
    ],
)
def test_words_for_nothing(cell: str) -> None:
    assert is_nothing("lock", cell)
    assert is_nothing("customer_name", cell)


@pytest.mark.parametrize(
    "cell", ["Null Street", "Nannette", "No", "0", "Nona", "-3", "A-", "N", "none left of gate"]
)
def test_words_for_something(cell: str) -> None:
    assert not is_nothing("street", cell)


def test_contacts_made_up_to_fill_a_field() -> None:
    for mail in ("none@none.com", "noemail@district.gov", "na@na.com", "x@x.com", "NO@EMAIL.COM"):
        assert is_nothing("email", mail)
    assert not is_nothing("email", "nona@example.com")
    for phone in ("000-000-0000", "(999) 999-9999", "0", "123-456-7890"):
        assert is_nothing("phone", phone)
    assert not is_nothing("phone", "555-0101")
    assert names_nobody("Current Resident")
    assert not names_nobody("Owner Jones")


COLUMNS = ("premise", "street", "size")


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\npremise;street;size\nP1;Elm Street;5/8\n",
        "sep=,\r\npremise,street,size\r\nP1,Elm Street,5/8\r\n",
        '"sep=;"\npremise;street;size\nP1;Elm Street;5/8\n',
        "SEP=\t\npremise\tstreet\tsize\nP1\tElm Street\t5/8\n",
        "\ufeffsep=;\npremise;street;size\nP1;Elm Street;5/8\n",
        "sep=;;\npremise;street;size;;\nP1;Elm Street;5/8;;\n",
        "premise,street,size;;;\nP1,Elm Street,5/8;;;\n",
        "premise,street,size,,\nP1,Elm Street,5/8,,\n",
        "premise;street;size;\nP1;Elm Street;5/8\n",
        '"premise,street,size"\n"P1,Elm Street,5/8"\n',
        '"premise,street,size"\n"P1,""Elm Street"",5/8"\n',
        '="premise",street,size\n="P1",Elm Street,="5/8"\n',
        "\ufeffpremise,street,size\n\ufeffP1,Elm Street,5/8\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_known_forms_of_a_file_are_read(text: str, encoding: str) -> None:
    table = read_table(text.encode(encoding), COLUMNS, COLUMNS)
    assert table.errors == []
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, {"premise": "P1", "street": "Elm Street", "size": "5/8"})
    ]


def test_utf_8_and_windows_1252_in_one_file() -> None:
    data = (
        "Peña\n".encode() + "Müller\n".encode("cp1252") + "Łódź – Peña\n".encode() + "Peña".encode("cp1252")
    )
    assert decode(data) == "Peña\nMüller\nŁódź – Peña\nPeña"


def test_a_semicolon_that_belongs_to_a_note_stays() -> None:
    table = read_table(b"premise,street,size\nP1,Elm Street,gate; ring;\n", COLUMNS, COLUMNS)
    assert table.rows[0].cells["size"] == "gate; ring;"

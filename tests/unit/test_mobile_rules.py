"""Codes, keys and block letters: pure rules."""

import configparser
import string

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import assume, given
from hypothesis import strategies as st

from mobile_api import codes, keys
from mobile_api.receipt_blocks import prefix_of
from mobile_api.routes import couch_url
from server.config import Config
from workorders.grammar.spoken_codes import heard
from workorders.problems import Problem


@given(st.binary(min_size=5, max_size=5))
def test_a_code_is_read_back_however_it_is_typed(random: bytes) -> None:
    code = codes.spell(random)
    plain = codes.normalise(code)
    assert len(code) == 9
    assert codes.normalise(f" {code.lower().replace('-', ' ')} ") == plain
    assert codes.normalise(plain.replace("1", "l").replace("0", "o")) == plain


@given(st.lists(st.binary(min_size=5, max_size=5), unique=True, min_size=2, max_size=20))
def test_codes_and_their_hashes_differ(randoms: list[bytes]) -> None:
    made = [codes.spell(random) for random in randoms]
    assert len({codes.code_hash("s" * 32, code) for code in made}) == len(made)
    assert codes.code_hash("s" * 32, made[0]) != codes.code_hash("t" * 32, made[0])


@given(st.text(max_size=12))
def test_anything_else_is_an_invalid_code(typed: str) -> None:
    assume(len(heard(typed)) != codes.LENGTH)
    with pytest.raises(Problem, match="enrollment code"):
        codes.normalise(typed)


@pytest.mark.parametrize("typed", ["", "7K3M-9QXU", "7K3M 9QX!", "7K3M-9QXTT", "ÄÄÄÄÄÄÄÄ"])
def test_letters_that_no_code_has_are_refused(typed: str) -> None:
    with pytest.raises(Problem, match="enrollment code"):
        codes.normalise(typed)


def test_block_letters_are_unique_and_readable() -> None:
    made = [prefix_of(number) for number in range(20_000)]
    assert made[:3] == ["AA", "AB", "AC"]
    assert len(set(made)) == len(made)
    assert set("".join(made)) == set(string.ascii_uppercase) - set("IO")


def test_the_signing_key_follows_from_the_secret() -> None:
    assert keys.key_id("a" * 40) == keys.key_id("a" * 40)
    assert keys.key_id("a" * 40) != keys.key_id("b" * 40)


def test_couchdb_settings_hold_the_key_that_signs() -> None:
    settings = configparser.RawConfigParser(delimiters=("=",))
    settings.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    settings.read_string(keys.couchdb_jwt_settings("a" * 40))
    assert settings["jwt_auth"]["required_claims"] == "exp"
    pem = settings["jwt_keys"][f"ec:{keys.key_id('a' * 40)}"].replace("\\n", "\n")
    loaded = load_pem_public_key(pem.encode())
    assert loaded == keys.signing_key("a" * 40).public_key()


@pytest.mark.parametrize(
    ("couchdb", "public", "expected"),
    [
        (None, None, "/couch/"),
        ("http://admin:pw@db:5984", None, "http://db:5984/"),
        ("http://admin:pw@db:5984", "https://couch.example.org/x", "https://couch.example.org/x/"),
    ],
)
def test_tablets_get_a_couch_address_without_credentials(
    couchdb: str | None, public: str | None, expected: str
) -> None:
    assert couch_url(Config(couchdb_url=couchdb, public_couch_url=public)) == expected

"""Which passwords may be chosen: long and not soon guessed, of any characters."""

import pytest
from argon2 import PasswordHasher

from server.auth.passwords import MIN_LENGTH, checked_password, hash_password, password_matches
from workorders.problems import Problem

OWN = ("carla", "Carla Clerk", "Demo Falls Utilities", "curbstop")


@pytest.mark.parametrize(
    "password",
    [
        "a long enough password",
        "all small letters only",
        "ñandú águila colibrí búho",
        "水道局の職員は朝早く起きて町を回り止水栓を開ける",
        "4kd2-0xmr-7qpz-w3ht",
        "carla waters the clay pots",
        " leading and trailing ",
    ],
)
def test_long_passwords_of_any_kind_are_taken(password: str) -> None:
    assert checked_password(password, OWN) == password


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("x7#Qp!2zR9", "characters"),
        ("x" * 201, "characters"),
        (" " * 20, "characters"),
        ("passwordpassword", "soon guessed"),
        ("letmeinletmein123", "soon guessed"),
        ("qwertyuiopasdfgh", "soon guessed"),
        ("aaaaaaaaaaaaaaaaaaaa", "soon guessed"),
        ("1234567890123456", "soon guessed"),
        ("Carla.Clerk.2026!", "your own name"),
        ("carlacarlacarla", "your own name"),
        ("DemoFallsUtilities", "your own name"),
        ("curbstop-curbstop-1", "your own name"),
    ],
)
def test_short_common_and_own_words_are_refused(password: str, why: str) -> None:
    with pytest.raises(Problem) as refused:
        checked_password(password, OWN)
    assert refused.value.details["field"] == "password"
    assert why in refused.value.details["reason"]


def test_the_same_letters_match_from_every_keyboard() -> None:
    """An accent typed as one sign or as two is one password; so is what an older version hashed as typed."""
    one_sign, two_signs = "ca\u00f1er\u00eda azul del norte", "can\u0303eri\u0301a azul del norte"
    assert one_sign != two_signs
    assert password_matches(hash_password(one_sign), two_signs)
    assert password_matches(hash_password(two_signs), one_sign)
    assert password_matches(PasswordHasher().hash(two_signs), two_signs)
    assert not password_matches(hash_password(one_sign), "caneria azul del norte")


def test_fifteen_characters_are_enough() -> None:
    assert MIN_LENGTH == 15
    assert checked_password("kzjw qmpt xbvd1", OWN)

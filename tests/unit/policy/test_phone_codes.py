"""Codes by telephone: what they prove, what is heard wrong, and until when a release holds."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from workorders.grammar.spoken_codes import (
    ALPHABET,
    check_letter,
    heard,
    is_heard_right,
    letters,
    number,
    spelled,
)
from workorders.policy.phone_codes import (
    LENGTH,
    PREPARED,
    QUARTER,
    CodeName,
    CodePolicy,
    as_document,
    code_of,
    digest_of,
    proof_in,
    quarter_before,
    release_until,
    usable,
    verifier_of,
    verifiers,
)

AT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
"""Ten in the morning in Chicago."""
CHICAGO = "America/Chicago"
SECRETS = st.binary(min_size=32, max_size=32).map(bytes.hex)
NAMES = st.builds(
    CodeName,
    st.integers(1, 999_999).map("W{:06d}".format),
    st.integers(1, 10_000),
    st.sampled_from(sorted(PREPARED)),
    st.integers(1, 9),
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside it
BODIES = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)


@given(SECRETS, NAMES, NAMES, INSTANTS)
def test_a_code_proves_one_order_assignment_kind_and_number(
    secret: str, one: CodeName, other: CodeName, at: datetime
) -> None:
    assume(one != other)
    assert proof_in(code_of(secret, one, at)) != proof_in(code_of(secret, other, at))


@given(SECRETS, SECRETS, NAMES, INSTANTS)
def test_another_secret_makes_another_code(secret: str, other: str, name: CodeName, at: datetime) -> None:
    assume(secret != other)
    assert proof_in(code_of(secret, name, at)) != proof_in(code_of(other, name, at))


@given(SECRETS, NAMES, INSTANTS, st.integers(1, 1023))
def test_a_code_of_another_quarter_is_another_code(
    secret: str, name: CodeName, at: datetime, quarters: int
) -> None:
    other = code_of(secret, name, at + quarters * QUARTER)
    assert digest_of(other) != digest_of(code_of(secret, name, at))


@given(SECRETS, NAMES, INSTANTS, st.data())
def test_however_it_is_typed_it_is_the_same_code(
    secret: str, name: CodeName, at: datetime, data: st.DataObject
) -> None:
    code = code_of(secret, name, at)
    typed = ""
    for letter in code:
        sounds = {"0": "0Oo", "1": "1IiLl"}.get(letter, letter + letter.lower())
        typed += data.draw(st.sampled_from(sounds)) + data.draw(
            st.sampled_from(["", " ", "-", " - ", "–", "\t"])
        )
    assert usable(typed) == code
    assert usable(spelled(code)) == code


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_letter_misheard_is_always_noticed(body: str, place: int, letter: str) -> None:
    code = body + check_letter(body)
    assume(code[place] != letter)
    assert is_heard_right(code)
    assert not is_heard_right(code[:place] + letter + code[place + 1 :])


@given(BODIES, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_letters_that_changed_places_are_always_noticed(body: str, one: int, other: int) -> None:
    code = list(body + check_letter(body))
    assume(code[one] != code[other])
    code[one], code[other] = code[other], code[one]
    assert not is_heard_right("".join(code))


@pytest.mark.parametrize(
    "typed", ["", "-", "1234", "U" * LENGTH, "A" * (LENGTH + 1), "1" * 81, "@" * LENGTH, None, 7, ["A"], True]
)
def test_what_cannot_be_a_code_is_none(typed: object) -> None:
    assert usable(typed) is None


@given(st.text(max_size=100))
@example("ıſ" * 6)
def test_any_text_at_all_is_a_code_or_none(typed: str) -> None:
    code = usable(typed)
    assert code is None or (len(code) == LENGTH and set(code) <= set(ALPHABET))
    assert heard(heard(typed)) == heard(typed) or usable(heard(typed)) is None


def test_numbers_and_letters_say_the_same() -> None:
    assert letters(1023, 2) == "ZZ"
    assert number(letters(777, 4)) == 777
    for wrong in (-1, 1024):
        with pytest.raises(ValueError, match="does not fit"):
            letters(wrong, 2)


def test_a_document_knows_each_code_that_may_be_given_and_makes_none() -> None:
    secret = "5a" * 32
    said = as_document(secret, "W000007", 3, CodePolicy())
    assert [(one["kind"], one["counter"]) for one in said["prepared"]] == [
        ("recall", 1),
        ("recall", 2),
        ("release", 1),
        ("release", 2),
        ("release", 3),
    ]
    codes = [
        code_of(secret, CodeName("W000007", 3, one["kind"], one["counter"]), AT) for one in said["prepared"]
    ]
    for place, one in enumerate(said["prepared"]):
        fits = [verifier_of(proof_in(code), one["salt"]) == one["verifier"] for code in codes]
        assert fits == [at == place for at in range(len(codes))]
    assert not any(proof_in(code) in str(said) or secret in str(said) for code in codes)
    assert verifiers(secret, "W000007", 3) != verifiers(secret, "W000007", 4)
    assert len({one["salt"] for one in said["prepared"]}) == len(said["prepared"])


@given(INSTANTS, st.integers(15, 480), st.times())
def test_a_release_ends_on_a_quarter_within_its_minutes_and_never_past_the_days_hour(
    now: datetime, minutes: int, latest: time
) -> None:
    latest = latest.replace(microsecond=0, second=0)
    until = release_until(CodePolicy(release_minutes=minutes), latest, now, "UTC")
    if until is None:
        assert (
            quarter_before(min(now + timedelta(minutes=minutes), datetime.combine(now, latest, UTC))) <= now
        )
        return
    assert now < until <= now + timedelta(minutes=minutes)
    assert until <= datetime.combine(now.date(), latest, tzinfo=UTC)
    assert until == quarter_before(until)


@pytest.mark.parametrize(
    ("clock", "latest", "until"),
    [
        ("10:07", "15:00", "12:00"),
        ("13:30", "15:00", "15:00"),
        ("14:59", "15:00", "15:00"),
        ("14:50", "14:55", None),
        ("15:00", "15:00", None),
        ("16:20", "15:00", None),
    ],
)
def test_a_release_of_two_hours(clock: str, latest: str, until: str | None) -> None:
    def chicago(text: str) -> datetime:
        return datetime.combine(AT, time.fromisoformat(text), UTC) + timedelta(hours=6)

    found = release_until(CodePolicy(), time.fromisoformat(latest), chicago(clock), CHICAGO)
    assert found == (chicago(until) if until else None)

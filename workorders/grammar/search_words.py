"""From what is typed into the search box to the words an index is asked for, in every spelling of each.

The vocabulary is that of addresses: First finds 1st, Saint finds St, CR finds County Road, ½ finds 1/2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workorders.grammar.address_forms import DESIGNATORS, parse_address
from workorders.grammar.address_words import (
    DIRECTIONS,
    FULL,
    JOINED,
    ORDINAL,
    ROADS,
    STATES,
    SUFFIXES,
    fold,
    ordinal_words,
    words_of,
)

_WORD = re.compile(r"[^\W_]+")
_HALF = re.compile(r"(\d+)[\s-]+(\d)\s*/\s*(\d)(?!\d)")
_GRID = re.compile(r"\b([nsew]\d+)[\s-]+([nsew]\d+)\b")
_SIGNS = {"1/2": "½", "1/4": "¼", "3/4": "¾", "1/3": "⅓", "2/3": "⅔"}
_SHORTS = {long: shorts for table in (SUFFIXES, DIRECTIONS) for long, shorts in table.items()}
_SAINT = frozenset({"st", "saint", "street"})
_LONGEST_PHRASE = 4


@dataclass(frozen=True, slots=True)
class Term:
    """A word that a row must have: as it is, or as the beginning of one."""

    word: str
    beginning: bool = False


Spelling = tuple[Term, ...]
"""Words that a row must have all of."""
Question = tuple[tuple[Spelling, ...], ...]
"""For each part of what was asked, its spellings; a row must answer to one spelling of every part."""


def plain_words(asked: str) -> list[str]:
    """The folded words of a text, as both indexes split it."""
    return _WORD.findall(fold(asked))


def name_question(asked: str) -> Question:
    """Each word begins a word of the name."""
    return tuple(((Term(word, beginning=True),), *_apostrophes(word)) for word in plain_words(asked))


def _apostrophes(word: str) -> Iterator[Spelling]:
    """A name typed without its apostrophes, at which the indexes split: OBrien, OMalleys."""
    if len(word) < 5 or word[0] not in "odl" or not word.isalpha():
        return
    yield (Term(word[0]), Term(word[1:], beginning=True))
    if word.endswith("s"):
        yield (Term(word[0]), Term(word[1:-1]), Term("s"))


def address_question(asked: str) -> Question:
    """Each part of an address in every way of writing it. The names of units (Apt, #) ask for nothing."""
    text = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", fold(asked))
    text = _GRID.sub(r"\1\2", text)
    parts: list[tuple[Spelling, ...]] = []
    last = 0
    for found in _HALF.finditer(text):
        parts += _parts(_WORD.findall(text[last : found.start()]))
        parts.append(_fraction(found[1], found[2], found[3]))
        last = found.end()
    parts += _parts(_WORD.findall(text[last:]))
    return tuple(parts)


def _fraction(number: str, above: str, below: str) -> tuple[Spelling, ...]:
    apart = (Term(number), Term(above), Term(below))
    sign = _SIGNS.get(f"{above}/{below}")
    return (apart, (Term(number + sign),), (Term(number), Term(sign))) if sign else (apart,)


def _parts(words: list[str]) -> Iterator[tuple[Spelling, ...]]:
    i = 0
    while i < len(words):
        spellings, taken = _numbered_road(words[i:])
        if not taken:
            spellings, taken = _ordinal_words(words[i:])
        if not taken:
            spellings, taken = _one_word(words[i], words[i + 1 : i + 2]), 1
        if spellings:
            yield spellings
        i += taken


def _numbered_road(words: list[str]) -> tuple[tuple[Spelling, ...], int]:
    """A road's class with its number, apart or joined: FM 1960, FM1960, Farm to Market 1960."""
    joined = JOINED.fullmatch(words[0])
    if joined:
        spellings, taken = _numbered_road([joined[1], joined[2], *words[1:]])
        return (*spellings, ((Term(words[0]),))), max(1, taken - 1)
    for length in range(min(_LONGEST_PHRASE, len(words) - 1), 0, -1):
        phrase, number = " ".join(words[:length]), words[length]
        numbered = number[0].isdigit() or len(number) == 1
        phrases = next((all_of for all_of in ROADS.values() if phrase in all_of), None)
        if phrases is not None and numbered and not ORDINAL.fullmatch(number):
            apart = [
                (*(Term(word) for word in one.split()), Term(number, beginning=True))
                for one in _distinct(phrases)
            ]
            together = [(Term(one + number),) for one in phrases if JOINED.fullmatch(one + number)]
            return (*apart, *together), length + 1
    return (), 0


def _ordinal_words(words: list[str]) -> tuple[tuple[Spelling, ...], int]:
    """An ordinal in figures or in up to four words."""
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        canonical = words_of(" ".join(words[:length]))
        if len(canonical) == 1 and ORDINAL.fullmatch(canonical[0]):
            return _ordinal(canonical[0]), length
    return (), 0


def _distinct(phrases: list[str]) -> list[str]:
    """Phrases without those that a shorter one already answers: “us” finds every “us highway”."""
    words = [set(phrase.split()) for phrase in phrases]
    return [
        phrase
        for phrase, mine in zip(phrases, words, strict=True)
        if not any(other < mine for other in words)
    ]


def _ordinal(figure: str) -> tuple[Spelling, ...]:
    spelled = ordinal_words(int(figure[:-2]))
    found: list[Spelling] = [(Term(figure),)]
    if spelled:
        found.append(tuple(Term(word) for word in spelled))
    if len(spelled) > 1:
        found.append((Term("".join(spelled)),))
    return tuple(found)


def _one_word(word: str, following: list[str]) -> tuple[Spelling, ...]:
    """A word and its short and long forms; none for the name of a unit, which is written in many ways."""
    if word in DESIGNATORS and following and (following[0][0].isdigit() or len(following[0]) <= 2):
        return ()
    spellings: dict[Spelling, None] = {(Term(word, beginning=True),): None}
    if word in _SAINT:
        spellings |= {(Term(other),): None for other in _SAINT}
    long = FULL.get(word, word)
    for other in (long, *_SHORTS.get(long, ())):
        if other != word:
            spellings[(Term(other),)] = None
    lettered = re.fullmatch(r"(\d+)([a-z])", word) or re.fullmatch(r"([a-z])(\d+)", word)
    if lettered:
        spellings[(Term(lettered[1]), Term(lettered[2]))] = None
    spellings |= dict.fromkeys(_apostrophes(word))
    if word == "mlk":
        spellings[(Term("martin"), Term("luther"), Term("king"))] = None
    return tuple(spellings)


def exactly_numbered(question: Question) -> Question | None:
    """The question with its first part, a house number, as it is: 12 and not 120; None without a number."""
    if not question or not question[0][0][0].word[0].isdigit():
        return None
    first = tuple(tuple(Term(term.word) for term in spelling) for spelling in question[0])
    return (first, *question[1:])


def without_parts(asked: str) -> Iterator[tuple[Question, tuple[str, ...]]]:
    """The address with less and less of what a district may not know, and the words for what is left out.

    State, postal code and milepost go first, then the unit, then the fraction or letter of the number, then
    the city.
    """
    address = parse_address(asked)
    if address.post_box or not address.street:
        return
    street, unused = address.street.split(), [f"mile {address.milepost}"] if address.milepost else []
    rest = list(address.rest)
    for words in (street, rest):
        while len(words) > (words is street) and _is_beyond_city(words[-1]):
            unused.append(words.pop())
    number, unit = address.number, address.unit
    steps: list[str | None] = [None, unit, number.addition if number is not None else "", " ".join(rest)]
    for step, dropped in enumerate(steps):
        if step and not dropped:
            continue
        if dropped:
            unused.append(f"unit {dropped}" if step == 1 else dropped)
        if not unused:
            continue
        house = number.written if number is not None else ""
        if number is not None and step >= 2:
            house = number.base
        parts = (house, " ".join(street), "" if step >= 1 else unit, "" if step == 3 else " ".join(rest))
        yield address_question(" ".join(part for part in parts if part)), tuple(unused)


def _is_beyond_city(word: str) -> bool:
    return word in STATES or word == "usa" or (word.isdigit() and len(word) in {4, 5, 9})

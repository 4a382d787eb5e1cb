"""An address in its parts: house number, unit, street, and what is said about where the street is."""

import re
from dataclasses import dataclass
from functools import lru_cache

from workorders.grammar.address_words import DIRECTIONS, FULL, SUFFIXES, fold, normal_street, tokens_of

_UNIT_NAMES = (
    "apartment|apt|unit|suite|ste|lot|room|rm|space|spc|trailer|trlr|building|bldg|floor|fl|slip|pier|hangar|hngr"
    "|department|dept|office|ofc|penthouse|ph"
)
DESIGNATORS = frozenset(_UNIT_NAMES.split("|"))
_IDENTIFIER = r"(?:[a-z]?-?\d+(?:(?:st|nd|rd|th)\b|-?[a-z0-9]*)|[a-z]-?\d+[a-z]?|[a-z]{1,2})"
_UNIT = re.compile(rf"(?:\b({_UNIT_NAMES})\b\.?\s*#?\s*|#\s*)({_IDENTIFIER})(?![\w/])")
_FLOOR = re.compile(r"\b(\d+)(?:st|nd|rd|th)\s+(?:floor|fl)\b")
_PLACE_NAMES = "rear front frnt basement bsmt upper uppr lower lowr penthouse upstairs downstairs"
_PLACES = frozenset(_PLACE_NAMES.split())
_MILEPOST = re.compile(r"\b(?:mp|mile\s*post|mile\s*marker|mm)\.?\s*(\d+(?:\.\d+)?)\b")
_BOX = re.compile(
    r"^\s*(?:p\.?\s*o\.?\s*(?:box|bx|b)\b|pob\b|post(?:al)?\s+office\s+box\b|(?:box|bx|caller)\s*#?\s*\d+"
    r"|general\s+delivery\b)"
)
_RURAL = re.compile(
    r"^\s*(?:rr|r\.\s?r\.|rural\s+(?:route|rte?)|rfd|(hc|highway\s+contract|star\s+route))\s*\.?#?\s*(\d+)"
    r"[\s,]*(?:box|bx)\s*#?\s*(\w+)"
)
_NUMBER = re.compile(
    r"""\s*(?:
      (?P<grid>[nsew]\d+[ -]?[nsew]\d+|[nsew]\d{2,6})(?=[\s,]|$)
    | (?P<base>\d+)(?:[\s-]+(?P<fraction>\d/\d)(?:-?(?P<after>[a-z]))?
                     | -(?P<second>\d+)
                     | -?(?P<letter>[a-z]))?(?=[\s,]|$)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number in canonical parts: 123, 123 1/2, 123a, 42-18, n6w23001."""

    base: str
    """What it begins with, or all of a grid address."""
    addition: str = ""
    """A fraction, a letter, or what follows the hyphen of 42-18."""

    @property
    def written(self) -> str:
        """As a person reads it."""
        if not self.addition:
            return self.base
        between = "-" if self.addition.isdigit() else " " if "/" in self.addition else ""
        return f"{self.base}{between}{self.addition}"


@dataclass(frozen=True, slots=True)
class Address:
    """What was asked, in parts. Streets are canonical; `rest`: the folded words behind the comma."""

    number: HouseNumber | None
    street: str
    unit: str = ""
    milepost: str = ""
    rest: tuple[str, ...] = ()
    post_box: bool = False


@lru_cache(maxsize=20_000)
def parse_address(text: str) -> Address:
    """Take an address apart; whatever is not a number, a unit or a milepost is the street."""
    line = fold(text)[:200]
    if _BOX.match(line):
        return Address(None, "", post_box=True)
    rural = _RURAL.match(line)
    if rural:
        after = re.split(r"[,;\n]", line[rural.end() :], maxsplit=1)
        street = f"{'hc route' if rural[1] else 'rural route'} {rural[2]}"
        return Address(HouseNumber(rural[3]), street, rest=tuple(tokens_of(" ".join(after[1:]))))
    line, units = _without_units(line)
    milepost = _MILEPOST.search(line)
    if milepost:
        line = line[: milepost.start()] + " " + line[milepost.end() :]
    number, line = _number(line.lstrip(" ,;\n"))
    street, _, rest = re.sub(r"[;\n]", ",", line).lstrip(" ,").partition(",")
    words = tokens_of(street)
    if len(words) > 1 and words[-1] in _PLACES and FULL.get(words[-2], words[-2]) in SUFFIXES:
        units.append(words[-1])
        street = " ".join(words[:-1])
    return Address(
        number,
        normal_street(street),
        " ".join(units),
        milepost[1] if milepost else "",
        tuple(tokens_of(rest)),
    )


def _without_units(line: str) -> tuple[str, list[str]]:
    """The line without apartments and the like, and their names in order: “Bldg 4 Apt B-2” → 4, b2."""
    units: list[str] = []

    def take(found: re.Match[str]) -> str:
        designator, name = found[1], found[2]
        before = line[: found.start()].strip()
        road = designator in {"rm", "fl"} and (not before or _NUMBER.fullmatch(before) is not None)
        too_long = designator in {"fl", "floor"} and len(name) > 4
        if road or too_long or (len(name) > 1 and FULL.get(name, name) in SUFFIXES):
            return found[0]
        units.append(name.replace("-", ""))
        return " "

    line = _FLOOR.sub(lambda found: f"floor {found[1]}", line)
    return _UNIT.sub(take, line), units


def _number(line: str) -> tuple[HouseNumber | None, str]:
    found = _NUMBER.match(line)
    if not found:
        return None, line
    rest = line[found.end() :]
    if found["grid"]:
        return HouseNumber(re.sub(r"[ -]", "", found["grid"])), rest
    addition = found["fraction"] or found["letter"] or found["second"] or ""
    return HouseNumber(found["base"].lstrip("0") or "0", addition + (found["after"] or "")), rest


@dataclass(frozen=True, slots=True)
class Street:
    """A canonical street name in its parts: “north main street” is north, main, street."""

    whole: str
    core: str
    directions: tuple[str, ...]
    suffix: str
    marks: frozenset[str]
    """Words of the core that no spelling mistake explains: figures and single letters."""


@lru_cache(maxsize=20_000)
def street_parts(name: str) -> Street:
    """Take a canonical street name apart; a direction alone is a name, as in “north street”."""
    words = name.split()
    directions: list[str] = []
    named = any(word not in DIRECTIONS for word in words)
    if named and len(words) > 1 and words[-1] in DIRECTIONS and (len(words) > 2 or words[0] not in SUFFIXES):
        directions.append(words.pop())
    suffix = words.pop() if len(words) > 1 and words[-1] in SUFFIXES else ""
    if len(words) > 1 and words[0] in DIRECTIONS:
        directions.insert(0, words.pop(0))
    marks = frozenset(word for word in words if len(word) == 1 or any(sign.isdigit() for sign in word))
    return Street(name, " ".join(words), tuple(directions), suffix, marks)

"""How people shorten the words of an address, so that every spelling compares equal.

Suffixes and directions after USPS Publication 28, appendix C1 and section 233.
"""

import re

SUFFIXES = {
    "alley": "aly ally allee",
    "avenue": "ave av aven avenu avn avnue",
    "boulevard": "blvd boul boulv",
    "bend": "bnd",
    "circle": "cir circ crcl",
    "court": "ct crt",
    "cove": "cv",
    "crescent": "cres crsent",
    "crossing": "xing crssng",
    "drive": "dr driv drv",
    "expressway": "expy expr",
    "extension": "ext extn",
    "freeway": "fwy",
    "grove": "grv grov",
    "heights": "hts ht",
    "highway": "hwy hiway hway",
    "hill": "hl",
    "junction": "jct",
    "lane": "ln",
    "loop": "lp",
    "meadow": "mdw",
    "mount": "mt",
    "parkway": "pkwy pky parkwy",
    "place": "pl",
    "plaza": "plz",
    "point": "pt",
    "ridge": "rdg",
    "road": "rd",
    "route": "rte",
    "saint": "",
    "square": "sq sqr",
    "station": "sta",
    "street": "st str strt",
    "terrace": "ter terr",
    "trail": "trl trls",
    "turnpike": "tpke",
    "valley": "vly",
    "view": "vw",
    "village": "vlg",
    "way": "wy",
}
DIRECTIONS = {
    "north": "n no",
    "south": "s so",
    "east": "e",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
}
ORDINALS = {
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
}
FULL = {
    short: long
    for table in (SUFFIXES, DIRECTIONS)
    for long, shorts in table.items()
    for short in shorts.split()
}
UNIT = re.compile(r"\b(?:apt|apartment|unit|suite|ste|lot|rm|room)\b\.?\s*\S+|#\s*\S+", re.IGNORECASE)


def words_of(text: str) -> list[str]:
    """The lower-case words of a street name, written out: "N. Main St" → north, main, street."""
    plain = re.sub(r"[^\w\s/-]", "", text.lower()).replace("-", " ")
    words = [ORDINALS.get(word, word) for word in plain.split()]
    written = [FULL.get(word, word) for word in words]
    # "St" before a name is Saint: "St Clair Avenue", but "Clair St".
    for i, word in enumerate(words[:-1]):
        if word == "st" and (i == 0 or words[i - 1] in DIRECTIONS or written[i - 1] in DIRECTIONS):
            written[i] = "saint"
    return written


def normal_street(text: str) -> str:
    """A street name as it is compared."""
    return " ".join(words_of(text))


def split_house_number(text: str) -> tuple[str | None, str]:
    """("114b", "alder street") from "114-B Alder St., Apt 3"; None when no number leads."""
    line = UNIT.sub(" ", text).strip()
    found = re.match(r"^(\d+)-?([a-zA-Z])?(?=[\s,])(?:\s+1/2)?[\s,]+(.*)$", line)
    if not found:
        return None, line
    return found.group(1) + (found.group(2) or "").lower(), found.group(3)

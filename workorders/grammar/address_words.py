"""The words of a US address, so that every spelling compares equal: one vocabulary for all who look one up.

Suffixes, directions and units after USPS Publication 28 (appendices C1 and C2, section 233); numbered roads
as states and counties sign them.
"""

import re
import unicodedata

_SUFFIX_TABLE = """
alley aly allee ally|annex anx annx|arcade arc|avenue ave av aven avenu avn avnue|bayou byu|beach bch
bend bnd|bluff blf bluf|bluffs blfs|boulevard blvd boul boulv|branch br brnch|bridge brg|brook brk
bypass byp bypa|camp cp|canyon cyn canyn|cape cpe|causeway cswy|center ctr cen cent centre
circle cir circ circl crcl|cliff clf|club clb|common cmn|corner cor|corners cors|course crse|court ct crt
courts cts|cove cv|creek crk|crescent cres crsent|crest crst|crossing xing crssng|crossroad xrd|curve curv
dale dl|dam dm|divide dv|drive dr driv drv|estate est|estates ests|expressway expy expr exp
extension ext extn|falls fls|ferry fry|field fld|fields flds|flat flt|flats flts|ford frd|forest frst
forge frg|fork frk|forks frks|freeway fwy frwy|garden gdn|gardens gdns|gateway gtwy|glen gln|green grn
grove grv grov|harbor hbr harbr|haven hvn|heights hts ht|highway hwy hiway hway hgwy highwy|hill hl
hills hls|hollow holw hllw|inlet inlt|island is|isle isles|junction jct jction|key ky|knoll knl
knolls knls|lake lk|lakes lks|landing lndg|lane ln|light lgt|loaf lf|lock lck|lodge ldg|loop lp|mall
manor mnr|meadow mdw|meadows mdws|mews|mill ml|mills mls|mission msn|motorway mtwy|mount mt|mountain mtn
neck nck|orchard orch|oval ovl|overpass opas|park prk|parkway pkwy pky parkwy pkway|pass|passage psge|path
pike|pine pne|pines pnes|place pl|plain pln|plains plns|plaza plz plza|point pt|points pts|port prt
prairie pr|ranch rnch|rapid rpd|rapids rpds|rest rst|ridge rdg rdge|ridges rdgs|river riv|road rd
roads rds|route rte rt|row|run|shoal shl|shore shr|shores shrs|spring spg|springs spgs|spur|square sq sqr
station sta|stream strm|street st str strt|summit smt|terrace ter terr|throughway trwy|trace trce
track trak|trail trl trls tr|trailer|tunnel tunl|turnpike tpke trnpk|underpass upas|union un|valley vly
viaduct via|view vw|views vws|village vlg|ville vl|vista vis|walk|way wy|well wl|wells wls
"""
SUFFIXES = {
    names[0]: tuple(names[1:])
    for names in (entry.split() for entry in _SUFFIX_TABLE.replace("\n", "|").split("|"))
    if names
}
DIRECTIONS = {
    "north": ("n", "no"),
    "south": ("s", "so"),
    "east": ("e",),
    "west": ("w",),
    "northeast": ("ne",),
    "northwest": ("nw",),
    "southeast": ("se",),
    "southwest": ("sw",),
}
FULL = {
    short: long
    for table in (SUFFIXES, DIRECTIONS, {"junior": ("jr",), "senior": ("sr",), "fort": ("ft",)})
    for long, shorts in table.items()
    for short in shorts
}
_ONES = "zero first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
_TEENS = "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
_ORDINAL = {word: number for number, word in enumerate(f"{_ONES} {_TEENS}".split()) if number}
_TENS_NAMES = ("twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")
_TENS = {f"{name}y": 20 + 10 * number for number, name in enumerate(_TENS_NAMES)}
_TENTHS = {f"{name}ieth": 20 + 10 * number for number, name in enumerate(_TENS_NAMES)}
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
NUMBERED = frozenset({"street", "avenue", "place", "terrace"})
"""What a bare number before it is an ordinal of: 5 Ave is 5th Avenue."""

_COUNTY = "county co cnty cty"
_KINDS = "road rd route rte rt highway hwy hiway"


def _all(before: str, after: str) -> list[str]:
    return [f"{first} {second}" for first in before.split() for second in after.split()]


ROADS: dict[str, list[str]] = {
    "county road": [
        *_all(_COUNTY, _KINDS),
        *_all(_COUNTY, "trunk"),
        "county trunk highway",
        "cr",
        "cth",
        "c r",
    ],
    "state highway": [*_all("state st", _KINDS), "sr", "sh", "s r", "s h", "state", "sth"],
    "us highway": [*_all("us", _KINDS), *[f"u s {kind}" for kind in _KINDS.split()], "u s", "us", "usr"],
    "interstate": ["interstate highway", "interstate hwy", "interstate", "ih", "i"],
    "fm road": [
        *(
            "farm to market road",
            "farm to market rd",
            "farm to market",
            "farm market",
            "farm road",
            "farm rd",
        ),
        *("fm road", "fm rd", "fm", "f m"),
    ],
    "ranch road": [
        *("ranch to market road", "ranch to market rd", "ranch to market", "ranch road", "ranch rd"),
        *("rm road", "rm rd", "rm", "r m"),
    ],
    "township road": [*_all("township twp", "road rd highway hwy"), "twp"],
    "forest road": [
        *_all("forest fs usfs nf", "road rd"),
        *("forest service road", "forest service rd", "national forest road", "fsr", "nfsr", "fr"),
    ],
    "rural route": [*_all("rural", "route rte rt"), "rr", "r r", "rfd"],
    "highway": ["highway", "hwy", "hiway", "hway", "hgwy", "route", "rte", "rt"],
}
"""A numbered road's canonical class, and every way in which signs, maps and bills write it."""
_STATES = """
al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny
nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc
"""
STATES = frozenset(_STATES.split())
_PHRASES = sorted(
    ((tuple(phrase.split()), name) for name, phrases in ROADS.items() for phrase in phrases),
    key=lambda entry: -len(entry[0]),
)
_LETTERED = frozenset({"county road", "township road"})
"""Roads that are signed with letters too: County Road N."""
JOINED = re.compile(r"(cr|sr|fm|us|sh|i|ih|rm|rr|fs|fr|cth|hwy|rt|rte)(\d+[a-z]?)")
_LONG_FORMS = {"mlk": "martin luther king"}


def fold(text: str) -> str:
    """Small letters without accents; ½ is written 1/2 and stands apart."""
    plain = []
    for sign in unicodedata.normalize("NFC", text):
        if unicodedata.decomposition(sign).startswith("<fraction>"):
            plain.append(" " + unicodedata.normalize("NFKD", sign).replace("\u2044", "/"))
        else:
            plain.extend(c for c in unicodedata.normalize("NFD", sign) if not unicodedata.combining(c))
    return "".join(plain).lower()


def tokens_of(text: str) -> list[str]:
    """The folded words of a text as they stand: "F.M. 1960" → fm, 1960; "US-395" → us, 395."""
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", fold(text))
    plain = re.sub(r"[’'`]", "", plain)
    words: list[str] = []
    for word in re.sub(r"[^\w/]|_", " ", plain).split():
        joined = JOINED.fullmatch(word)
        words += [joined[1], joined[2]] if joined else _LONG_FORMS.get(word, word).split()
    return words


def words_of(text: str) -> list[str]:
    """The words of a street name in their one canonical form: "N. Main St" → north, main, street."""
    return _written(_roads(_ordinals(tokens_of(text))))


def normal_street(text: str) -> str:
    """A street name as it is compared."""
    return " ".join(words_of(text))


def ordinal(number: int) -> str:
    """1 → 1st, 22 → 22nd, 113 → 113th."""
    last = number % 10
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(last, "th")
    return f"{number}{ending}"


def ordinal_words(number: int) -> list[str]:
    """The words of 1 to 99 as an ordinal: 23 → twenty, third; none for other numbers."""
    if not 1 <= number <= 99:
        return []
    if number < 20:
        return [next(word for word, value in _ORDINAL.items() if value == number)]
    tens, ones = number // 10 * 10, number % 10
    if not ones:
        return [next(word for word, value in _TENTHS.items() if value == tens)]
    ten = next(word for word, value in _TENS.items() if value == tens)
    return [ten, next(word for word, value in _ORDINAL.items() if value == ones)]


def _ordinals(words: list[str]) -> list[str]:
    """Ordinals in words become figures: twenty, third → 23rd; one, hundred, tenth → 110th."""
    found: list[str] = []
    i = 0
    while i < len(words):
        value, taken = _ordinal_at(words, i)
        if taken:
            found.append(ordinal(value))
            i += taken
        else:
            found.append(words[i])
            i += 1
    return found


def _ordinal_at(words: list[str], start: int) -> tuple[int, int]:
    """The ordinal that begins at a word, and of how many words it is; (0, 0) when none does."""
    i, hundreds = start, 0
    if words[i] in {"one", "a"} and words[i + 1 : i + 2] in (["hundredth"], ["hundred"]):
        i += 1
    if words[i] == "hundredth":
        return 100, i - start + 1
    if words[i] == "hundred" and i + 1 < len(words):
        hundreds, i = 100, i + 1
        if words[i] == "and" and i + 1 < len(words):
            i += 1
    word = words[i]
    if word in _ORDINAL or word in _TENTHS:
        return hundreds + (_ORDINAL.get(word) or _TENTHS[word]), i - start + 1
    following = words[i + 1] if i + 1 < len(words) else ""
    if word in _TENS and 0 < _ORDINAL.get(following, 0) < 10:
        return hundreds + _TENS[word] + _ORDINAL[following], i - start + 2
    for ten, tens in _TENS.items():
        if word.startswith(ten) and 0 < _ORDINAL.get(word[len(ten) :], 0) < 10:
            return hundreds + tens + _ORDINAL[word[len(ten) :]], i - start + 1
    return 0, 0


def _roads(words: list[str]) -> list[str]:
    """Numbered roads get the name of their class: cr, 120 → county, road, 120."""
    found: list[str] = []
    i = 0
    while i < len(words):
        name, taken = _road_at(words, i)
        if taken:
            # In capitals nothing takes it for a short word: the N of County Road N is no direction.
            found += [*name.split(), words[i + taken].upper()]
            i += taken + 1
        else:
            found.append(words[i])
            i += 1
    return found


def _road_at(words: list[str], start: int) -> tuple[str, int]:
    for phrase, name in _PHRASES:
        end = start + len(phrase)
        if tuple(words[start:end]) == phrase and end < len(words) and _numbers(words[end], name):
            return name, len(phrase)
    if start == 0 and words[0] in STATES - {"ne"} | {"k", "m"}:
        end = 2 if words[1:2] and words[1] in {"highway", "hwy", "route", "rte", "rt"} else 1
        if end < len(words) and _numbers(words[end], "state highway"):
            return "state highway", end
    return "", 0


def _numbers(word: str, name: str) -> bool:
    if ORDINAL.fullmatch(word):
        return False
    return word[0].isdigit() or (name in _LETTERED and len(word) == 1)


def _written(words: list[str]) -> list[str]:
    """Every short word in full; St before a name is Saint, Dr is Doctor."""
    full = [FULL.get(word, word) for word in words]
    for i, word in enumerate(words):
        leads = i == 0 or full[i - 1] in DIRECTIONS
        names = i + 1 < len(words) and full[i + 1] not in DIRECTIONS
        if leads and names and word == "st":
            full[i] = "saint"
        elif leads and names and word == "dr":
            full[i] = "doctor"
        elif word.isdigit() and full[i + 1 : i + 2] and full[i + 1] in NUMBERED and leads:
            full[i] = ordinal(int(word))
    return [word.lower() for word in full]

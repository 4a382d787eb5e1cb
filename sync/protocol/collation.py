"""How CouchDB orders JSON values: by type, then by value, strings as people read them.

The order of ASCII is that of CouchDB's documentation of view collation; beyond it, accented letters stand
beside their plain ones and everything else follows by code point, where CouchDB asks ICU.
"""

import unicodedata
from functools import lru_cache
from typing import Any

_ASCII = " `^_-,;:!?.'\"()[]{}@*/\\&#%+<|=>~$0123456789abcdefghijklmnopqrstuvwxyz"
_PLACES = {character: place for place, character in enumerate(_ASCII, start=256)}
"""Control characters keep their code points, which come first."""
_NULL, _BOOLEAN, _NUMBER, _STRING, _ARRAY, _OBJECT, _RAW = range(7)


def order(value: Any) -> tuple[int, Any]:
    """Return a sort key: null, booleans, numbers, strings, arrays, objects; equal keys for equal values."""
    if value is None:
        return _NULL, 0
    if isinstance(value, bool):
        return _BOOLEAN, value
    if isinstance(value, int | float):
        return _NUMBER, value
    if isinstance(value, str):
        return _STRING, _collated(value)
    if isinstance(value, list):
        return _ARRAY, [order(item) for item in value]
    return _OBJECT, [(_collated(key), order(item)) for key, item in value.items()]


def raw_order(value: Any) -> tuple[int, Any]:
    """Return the sort key that document ids are compared by: strings by code point, after all else."""
    return (_RAW, value) if isinstance(value, str) else order(value)


@lru_cache(maxsize=1_024)
def _collated(text: str) -> tuple[list[int], list[str], list[bool], str]:
    """Letters first, then accents, then small before capital; what is left differs by its code points."""
    plain = unicodedata.normalize("NFD", text)
    letters = [letter for letter in plain if not unicodedata.combining(letter)]
    marks = [mark for mark in plain if unicodedata.combining(mark)]
    places = [_PLACES.get(letter.lower(), ord(letter.lower()[0])) for letter in letters]
    return places, marks, [letter.isupper() for letter in letters], text

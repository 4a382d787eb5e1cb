"""Texts that can be kept, shown and searched: their lengths, and the characters that no text holds."""

import re

from workorders.problems import Problem, Reason

CODE_MAX = 40
"""Serials, seals, locks, numbers and ids are kept in columns of this width."""
LINE_MAX = 200
"""A reason, a name, a place: what stands on one line."""
FILE_NAME_MAX = 400
"""Bytes that the document store allows for an attachment's name, so that none is cut short in the records."""
TEXT_MAX = 2_000
"""Instructions and remarks, over several lines."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of a surrogate pair, which no database text column holds."""
_NOT_ON_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?")

UNSTORABLE = Reason("holds characters that cannot be stored")
UNSTORABLE_LINE = Reason("holds characters that cannot be stored on one line")


def checked_text(text: str, *, field: str, longest: int = TEXT_MAX) -> str:
    """A text of several lines without the white space around it, its line ends as line feeds.

    Raises Problem `bad_input` naming `field` when it is longer than `longest` or holds a control character.
    """
    found = _LINE_END.sub("\n", text.strip())
    if UNPRINTABLE.search(found):
        raise Problem("bad_input", field=field, reason=UNSTORABLE)
    return _fits(found, field, longest)


def checked_line(text: str, *, field: str, longest: int = LINE_MAX) -> str:
    """A text of one line without the white space around it.

    Raises Problem `bad_input` naming `field` when it is longer than `longest`, breaks the line or holds a
    control character.
    """
    found = text.strip()
    if _NOT_ON_A_LINE.search(found):
        raise Problem("bad_input", field=field, reason=UNSTORABLE_LINE)
    return _fits(found, field, longest)


def is_line(text: str) -> bool:
    """Whether a text stands on one line and can be stored."""
    return _NOT_ON_A_LINE.search(text) is None


def storable(text: str) -> str:
    """The text with a replacement sign where a character cannot be stored: for what is compared, not kept."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _fits(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise Problem(
            "bad_input", field=field, reason=Reason("longer than {longest} characters", longest=longest)
        )
    return text

"""A refusal, and the reason inside one."""

from typing import Any

from workorders.problems import access, customers, money, orders, places, program
from workorders.problems.problem_type import ProblemType

CATALOGUE: dict[str, ProblemType] = {
    code: row
    for part in (program, orders, customers, money, access, places)
    for code, row in part.ROWS.items()
}


class Reason(str):
    """A reason with details: in itself the English text, put into another language where it is shown.

    `msgid` is the text with its `{placeholders}`, `details` what fills them, other reasons included.
    """

    __slots__ = ("details", "msgid")

    msgid: str
    details: dict[str, Any]

    def __new__(cls, msgid: str, /, **details: Any) -> "Reason":
        """Fill the English text. Raises KeyError when a placeholder is not given."""
        text = super().__new__(cls, msgid.format_map(details))
        text.msgid = msgid
        text.details = details
        return text


class Problem(Exception):  # noqa: N818 - the catalogue's word; not every refusal is a programming error
    """A refusal from the catalogue, carrying the details its words need.

    Raises KeyError at construction when the code is not in the catalogue, so that a typo fails in
    a test and never reaches a person.
    """

    def __init__(self, code: str, **details: Any) -> None:
        kind = CATALOGUE[code]
        self.code = code
        self.status = kind.status
        self.details = details
        self.words = kind.words.format_map(_Named(details))
        self.advice = kind.advice.format_map(_Named(details))
        super().__init__(self.words)

    def as_reason(self) -> Reason:
        """The sentence as the reason of another refusal."""
        return Reason(CATALOGUE[self.code].words, **self.details)

    def as_dict(self) -> dict[str, Any]:
        """The JSON body of an error answer: code, words, advice, details."""
        return {"code": self.code, "words": self.words, "advice": self.advice, "details": self.details}


class _Named(dict[str, Any]):
    """Formats a missing detail as its name, so that an error about an error never hides the first."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"

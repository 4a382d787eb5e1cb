"""Words that databases and spreadsheets write where there is nothing.

Taken for data they become names: two people named NULL whose telephone is NULL are then one customer.
"""

import re

_FROM_DATABASES = "null (null) <null> [null] \\n nul nil undefined <na> (blank) (empty)"
_FROM_SPREADSHEETS = "#n/a #nan #ref! #value! #name? #div/0! #num! #null! #spill! #calc! #getting_data"
_FROM_PEOPLE = "none (none) <none> n/a n.a. n.a na (na) nan - -- --- ---- – — . .. ... _ __ ? ?? ??? * **"
_WORDS = frozenset(f"{_FROM_DATABASES} {_FROM_SPREADSHEETS} {_FROM_PEOPLE}".split()) | {
    "not available",
    "not applicable",
    "no data",
    "n / a",
}
_PLACEHOLDER_MAIL = re.compile(
    r"(none|na|n/a|null|nil|no|nomail|noemail|no-?email|no_email|nobody|unknown|x+)@"
    r"(none|na|null|nil|no|nomail|noemail|no-?email|email|mail|unknown|nowhere|x+|example)(\.[a-z]{2,})?"
    r"|(none|noemail|no-?email|no_email|nomail|null)@[a-z0-9.-]+",
    re.IGNORECASE,
)
_PLACEHOLDER_NAMES = frozenset(
    (
        *("current resident", "resident", "occupant", "current occupant", "tenant", "owner", "vacant"),
        *("property owner", "homeowner", "customer", "new customer", "unknown", "name unknown"),
    )
)
_DIGITS = re.compile(r"\D")


def is_nothing(column: str, cell: str) -> bool:
    """The cell of this column says that there is nothing in it.

    Telephones of one repeated digit and addresses such as none@none.com are made up to fill a field.
    """
    word = " ".join(cell.split()).lower()
    if word in _WORDS:
        return True
    if column == "phone":
        digits = _DIGITS.sub("", cell)
        return len(set(digits)) <= 1 or digits in {"1234567890", "0123456789", "5555555555"}
    return column == "email" and _PLACEHOLDER_MAIL.fullmatch(word) is not None


def names_nobody(name: str) -> bool:
    """Words written for whoever lives there: two such rows are never one customer."""
    return " ".join(name.split()).lower().strip(".") in _PLACEHOLDER_NAMES

"""Registers that a meter has besides its main one, as data of the meter. Pure.

The main register is the meter's own `dials`, `multiplier` and `unit`. A compound meter has a second one for
its small side, an electric meter of time of use one for each period, a net meter one for what was returned.
"""

import re
from collections.abc import Iterable
from typing import Any

from workorders.facts import RegisterFacts
from workorders.grammar.texts import checked_line
from workorders.problems import Problem, Reason

COUNTS = ("adds", "part", "returned")
"""How a register's usage stands to the main one's: it comes on top, is a part of it, or was given back."""
MOST = 8
"""More than any catalogue of meters has."""
_CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
_PART = "code:dials:multiplier:unit:counts:title"


def registers_of(kept: Iterable[dict[str, Any]]) -> tuple[RegisterFacts, ...]:
    """The registers as a meter's row keeps them."""
    return tuple(RegisterFacts(**one) for one in kept)


def registers_document(kept: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The part of a meter's document that names its registers; nothing for a meter with only its main one."""
    names = ("code", "title", "dials", "multiplier", "unit")
    made = [{name: one[name] for name in names} for one in kept]
    return {"registers": made} if made else {}


def registers_from_text(text: str, *, field: str = "registers") -> list[dict[str, Any]]:
    """Registers as forms and files write them, for a meter's row: `low:6:1:gal:adds:Low side; peak:5`.

    Parts from the right may be left out: a multiplier of 1, `units`, `adds`, the code as title. Raises
    Problem `bad_input` naming `field`.
    """
    made = [
        _register(one.strip(), field) for one in checked_line(text, field=field).split(";") if one.strip()
    ]
    codes = [one["code"] for one in made]
    if len(set(codes)) != len(codes) or len(made) > MOST:
        why = Reason("name each register once, at most {most}", most=MOST)
        raise Problem("bad_input", field=field, reason=why)
    return made


def registers_as_text(registers: Iterable[dict[str, Any]]) -> str:
    """What `registers_from_text` reads."""
    return "; ".join(
        f"{r['code']}:{r['dials']}:{r['multiplier']}:{r['unit']}:{r['counts']}:{r['title']}"
        for r in registers
    )


def _register(text: str, field: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.split(":")]
    code, dials, multiplier, unit, counts, title = [*parts, *([""] * 6)][:6]
    multiplier, counts = multiplier or "1", counts or "adds"
    plain = len(parts) <= 6 and _CODE.fullmatch(code) and code != "main" and counts in COUNTS
    numbers = re.fullmatch(r"[3-9]", dials) and re.fullmatch(r"[1-9][0-9]{0,5}", multiplier)
    if not plain or not numbers or len(unit) > 20 or len(title) > 60:
        raise Problem("bad_input", field=field, reason=Reason("a register is written {form}", form=_PART))
    return {
        "code": code,
        "title": title or code.replace("_", " "),
        "dials": int(dials),
        "multiplier": int(multiplier),
        "unit": unit or "units",
        "counts": counts,
    }

"""When a letter about a meter is due. Pure; the figures are the settings `special_read` and `backflow`."""

from dataclasses import dataclass

from workorders.policy.rulebook import RulesInForce

KINDS = ("access", "backflow_test")
"""Kinds of letters; each has a dated `notice_text` by language."""


@dataclass(frozen=True, slots=True)
class LetterRules:
    """`after_skips` None: no access letters here. A test's letter goes out `ahead_days` before it."""

    after_skips: int | None
    ahead_days: int = 60
    repeat_days: int = 30


def rules_of_letters(rules: RulesInForce) -> LetterRules:
    """The figures in force."""
    backflow = rules.setting("backflow")
    skips = rules.setting("special_read").get("letter_after_skips")
    return LetterRules(
        None if skips is None else int(skips),
        int(backflow.get("letter_days", 60)),
        int(backflow.get("letter_repeat_days", 30)),
    )


def letters_owed(skips: int, letters: int, every: int) -> bool:
    """Every so many skips in a row ask for one more letter; a read begins the count anew."""
    return skips // every > letters

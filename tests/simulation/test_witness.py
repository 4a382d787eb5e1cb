"""What the witness demands after a backup was put back: all that is still to be had, and nothing else."""

from datetime import timedelta

from demo.simulation.clock import START
from demo.simulation.witness import Witness

HOUR = timedelta(hours=1)


def confirmed() -> Witness:
    """One fact confirmed before a backup, two after it."""
    witness = Witness()
    for number, at in ((1, START), (2, START + 2 * HOUR), (3, START + 2 * HOUR)):
        witness.server_has({"_id": f"event:a:{number}", "_rev": "1-a"}, "tech-t01", at)
    witness.forget_since(START + HOUR)
    return witness


def test_what_a_tablet_still_holds_must_come_again() -> None:
    witness = confirmed()
    witness.expect_again({("event:a:2", "1-a"), ("event:a:9", "1-a")})
    assert {doc_id for doc_id, _ in witness.stored} == {"event:a:1", "event:a:2"}


def test_what_was_confirmed_again_is_demanded_whoever_holds_it() -> None:
    witness = confirmed()
    witness.server_has({"_id": "event:a:3", "_rev": "1-a"}, "tech-t01", START + 3 * HOUR)
    witness.expect_again(set())
    assert {doc_id for doc_id, _ in witness.stored} == {"event:a:1", "event:a:3"}

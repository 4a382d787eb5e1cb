"""Events of one device are handled as it wrote them; those of others keep their places."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.device_order import in_device_order


@dataclass(frozen=True)
class Row:
    """A change."""

    doc_id: str
    seq: str


def rows(ids: list[str]) -> list[Row]:
    """A feed of these documents."""
    return [Row(id_, str(place)) for place, id_ in enumerate(ids, start=1)]


def test_a_sharded_feed_is_put_in_the_devices_order() -> None:
    feed = rows(["event:aaaa:2", "order:W1", "event:bbbb:7", "event:aaaa:1", "event:bbbb:9"])
    handled = [(row.doc_id, after) for row, after in in_device_order(feed, "0")]
    assert handled == [
        ("event:aaaa:1", "0"),
        ("order:W1", "0"),
        ("event:bbbb:7", "0"),
        ("event:aaaa:2", "4"),
        ("event:bbbb:9", "5"),
    ]


@given(
    st.lists(
        st.builds("event:{}:{}".format, st.sampled_from(["aaaa", "bbbb"]), st.integers(1, 30)),
        unique=True,
        max_size=12,
    )
)
def test_nothing_is_skipped_by_a_stop_anywhere(ids: list[str]) -> None:
    feed = rows(ids)
    done: set[str] = set()
    for row, after in in_device_order(feed, "0"):
        done.add(row.doc_id)
        assert {known.doc_id for known in feed[: int(after)]} <= done
    assert len(done) == len(ids)
    if ids:
        assert after == feed[-1].seq
    for device in ("aaaa", "bbbb"):
        order = [row.doc_id for row, _ in in_device_order(feed, "0") if row.doc_id.split(":")[1] == device]
        assert all(int(a.split(":")[2]) < int(b.split(":")[2]) for a, b in pairwise(order))

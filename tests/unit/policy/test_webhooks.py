"""Where webhooks may go, and how they are signed."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorders.policy.webhooks import (
    GIVEN_UP_AFTER,
    LONGEST_WAIT,
    is_given_up,
    may_connect,
    signature,
    target_of,
    wait_after,
)
from workorders.problems import Problem

OURS = (ip_network("10.1.0.0/16"), ip_network("127.0.0.0/8"))
INSIDE = (
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104 - an address that is refused
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.5",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "ff0e::1",
)


@pytest.mark.parametrize("inside", INSIDE)
def test_what_lies_inside_is_refused_however_it_is_written(inside: str) -> None:
    assert not may_connect(ip_address(inside), (), secure=True)
    host = f"[{inside}]" if ":" in inside else inside
    with pytest.raises(Problem) as refused:
        target_of(f"https://{host}/hook", ())
    assert refused.value.details["field"] == "address"


def test_public_addresses_by_https_alone_and_ones_own_either_way() -> None:
    assert may_connect(ip_address("93.184.216.34"), (), secure=True)
    assert may_connect(ip_address("2606:2800:220:1::1"), (), secure=True)
    assert not may_connect(ip_address("93.184.216.34"), OURS, secure=False)
    assert may_connect(ip_address("10.1.2.3"), OURS, secure=False)
    assert may_connect(ip_address("::ffff:10.1.2.3"), OURS, secure=False)
    assert not may_connect(ip_address("10.2.0.1"), OURS, secure=True)


@pytest.mark.parametrize(
    "address",
    [
        "http://billing.example/",
        "ftp://billing.example/",
        "https:///path",
        "https://user:word@billing.example/",
        "https://billing.example/#part",
        "https://billing.example:0/",
        "https://billing.example:99999/",
        "https://billing.example/a b",
        "https://billing.example/\r\nX: y",
        "https://[::1/",
        "//billing.example/",
        "",
        "https://b.example/" + "x" * 500,
        "https://hooks..billing.example/",
        "https://" + "x" * 64 + ".example/",
        "https://billing.example/\x7f",
    ],
)
def test_an_address_that_cannot_be_is_refused(address: str) -> None:
    with pytest.raises(Problem):
        target_of(address, ())


def test_an_address_is_taken_apart() -> None:
    target = target_of("https://billing.example:8443/a/b?c=d", ())
    assert (target.secure, target.host, target.port, target.path) == (
        True,
        "billing.example",
        8443,
        "/a/b?c=d",
    )
    assert target_of("http://10.1.0.9", OURS).port == 80
    assert target_of("http://10.1.0.9", OURS).path == "/"


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for networks in ((), OURS):
        try:
            target = target_of(text, networks)
        except Problem:
            continue
        assert target.host
        assert target.secure or networks


def test_the_signature_is_the_one_of_the_page() -> None:
    """RFC 4231's construction, worked out with another program: openssl dgst -hmac."""
    assert signature("key", 1, b"{}") == "v1=" + OPENSSL
    assert signature("key", 2, b"{}") != signature("key", 1, b"{}")


OPENSSL = "1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"


def test_waits_double_and_end() -> None:
    waits = [wait_after(failures) for failures in range(1, 40)]
    assert waits[0] == timedelta(seconds=30)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    began = datetime(2026, 3, 2, tzinfo=UTC)
    assert not is_given_up(began, began + GIVEN_UP_AFTER - timedelta(seconds=1))
    assert is_given_up(began, began + GIVEN_UP_AFTER)

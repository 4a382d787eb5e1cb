"""What is sent to another system's webhook: its kinds, its signature, where it may go, and when again."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from workorders.problems import Problem, Reason

KINDS = ("order_states", "service_status", "meter_changes", "reads", "receipts", "account_charges")
"""Kinds of facts, named as their exports are."""
TEST = "test"
FAILURES = (
    "answered",
    "no_answer",
    "timed_out",
    "name_unknown",
    "address_refused",
    "not_trusted",
    "secret_lost",
    "not_readable",
)
"""Why a try failed. `answered`: with another status than 2xx. `not_trusted`: its certificate."""
REPLAY_WINDOW = timedelta(minutes=5)
"""A receiver refuses what was signed longer ago, or that far ahead: docs/webhooks.md says so."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)
"""After the first try; a person can have it sent again."""
ADDRESS_MAX = 500
LABEL_MAX = 63
"""Letters between two dots of a host's name (RFC 1035)."""
SECRET_MIN = 24
"""Characters of a secret that somebody brings along."""

Network = IPv4Network | IPv6Network
TRANSLATED = ip_network("64:ff9b::/96")
"""IPv4 addresses as a network of IPv6 alone reaches them (RFC 6052)."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: where to connect, and what to ask for."""

    secure: bool
    host: str
    port: int
    path: str
    """With its query."""


def target_of(address: str, networks: Sequence[Network]) -> Target:
    """The parts of an address. Raises Problem `bad_input` for field `address`.

    It begins with https://; http:// only where `networks`, the district's own, are set at all.
    """
    if len(address) > ADDRESS_MAX or any(not " " < one < "\x7f" for one in address):
        raise _refused(
            Reason("an address is at most {most} letters, digits and signs without blanks", most=ADDRESS_MAX)
        )
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _refused(Reason("it is not a web address")) from None
    if parts.scheme not in ({"https", "http"} if networks else {"https"}) or not parts.hostname:
        raise _refused(Reason("it must begin with https:// and name a host"))
    if parts.username is not None or parts.password is not None:
        raise _refused(Reason("no user name or password stands in it: the signature proves who sends"))
    if parts.fragment or port == 0:
        raise _refused(Reason("it is not a web address"))
    if not all(0 < len(label) <= LABEL_MAX for label in parts.hostname.removesuffix(".").split(".")):
        raise _refused(Reason("no host has such a name"))
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(secure, parts.hostname, port or (443 if secure else 80), path)
    literal = _literal(target.host)
    if literal is not None and not may_connect(literal, networks, secure=secure):
        raise _refused(Reason("it lies in a network that webhooks may not reach (CURBSTOP_WEBHOOK_NETWORKS)"))
    return target


def may_connect(address: IPv4Address | IPv6Address, networks: Sequence[Network], *, secure: bool) -> bool:
    """Whether something may be sent to an address that a name stands for.

    What lies in `networks` may be reached either way; everything else must be public and asked by HTTPS, so
    that nobody makes the server ask what stands behind the district's own firewall.
    """
    meant = _meant(address)
    ours = (network for network in networks if meant.version == network.version)
    if any(meant in network for network in ours):
        return True
    return secure and address.is_global and meant.is_global and not meant.is_multicast


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one, however it was put there."""
    if isinstance(address, IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inside is None and address in TRANSLATED:
        inside = IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(reason: Reason) -> Problem:
    return Problem("bad_input", field="address", reason=reason)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256, in hexadecimal, of the seconds since 1970, a dot and the body."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"v1={signed}"


def wait_after(failures: int) -> timedelta:
    """How long to wait after that many failures: 30 s, 1 min, 2 min … up to six hours."""
    return min(FIRST_WAIT * (1 << min(max(failures - 1, 0), 20)), LONGEST_WAIT)


def is_given_up(first_tried_at: datetime, now: datetime) -> bool:
    """Whether it has been tried for long enough."""
    return now - first_tried_at >= GIVEN_UP_AFTER

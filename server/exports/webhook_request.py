"""One request to another system's webhook: only to addresses it may reach, and never for long."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpx

from workorders.policy.webhooks import Network, Target, may_connect, target_of
from workorders.problems import Problem

LONGEST_SECONDS = 10.0
"""For the name, the connection and the answer."""
LOOKUP_SECONDS = 4.0
"""For the name alone: a service of names that does not answer leaves time for nothing else anyway."""
LOOKUPS = threading.BoundedSemaphore(32)
"""Lookups under way. One that hangs ends only when the system's resolver gives up, whoever waits for it."""
READ_BYTES = 2_000
"""Of the answer; nobody needs more of it."""
SHOWN = 200
_Found = tuple[Any, ...]
"""As socket.getaddrinfo gives it; the address stands last."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request; `failure` None: it was taken (any status 2xx)."""

    failure: str | None
    status: int | None = None
    words: str | None = None
    """How the answer began."""

    @property
    def lost(self) -> bool:
        """Nobody answered: what is next in the queue would fare no better."""
        return self.failure is not None and self.status is None


class AddressRefused(Exception):  # noqa: N818 - named for what happened
    """The name stands for no address that webhooks may reach."""


async def ask(address: str, body: bytes, headers: dict[str, str], networks: Sequence[Network]) -> Answer:
    """POST the body. Redirects are not followed, and no proxy of the environment is used."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await _ask(target_of(address, networks), body, headers, networks)
    except TimeoutError:
        return Answer("timed_out")
    except (Problem, AddressRefused, httpx.InvalidURL):
        return Answer("address_refused")
    except (socket.gaierror, UnicodeError):
        # A name with a label that no name may have is not even looked up.
        return Answer("name_unknown")
    except (httpx.HTTPError, OSError) as error:
        return Answer("not_trusted" if _certificate(error) else "no_answer")


async def _ask(target: Target, body: bytes, headers: dict[str, str], networks: Sequence[Network]) -> Answer:
    reached = await _resolved(target, networks)
    scheme = "https" if target.secure else "http"
    host = f"[{reached}]" if ":" in reached else reached
    named = f"[{target.host}]" if ":" in target.host else target.host
    plain = target.port == (443 if target.secure else 80)
    verify = _trusted() if target.secure else False
    # Connected to the very address that was looked at: asked again, the name might stand for another.
    async with (
        httpx.AsyncClient(verify=verify, trust_env=False, timeout=LONGEST_SECONDS) as client,
        client.stream(
            "POST",
            f"{scheme}://{host}:{target.port}{target.path}",
            content=body,
            headers=headers | {"Host": named if plain else f"{named}:{target.port}"},
            extensions={"sni_hostname": target.host} if target.secure else {},
        ) as answer,
    ):
        begun = b""
        async for part in answer.aiter_raw():
            begun += part
            if len(begun) >= READ_BYTES:
                break
    words = " ".join(begun[:READ_BYTES].decode("utf-8", "replace").split())
    shown = "".join(one for one in words if one.isprintable())[:SHOWN]
    return Answer(None if answer.is_success else "answered", answer.status_code, shown or None)


async def _resolved(target: Target, networks: Sequence[Network]) -> str:
    async with asyncio.timeout(LOOKUP_SECONDS):
        found = await _looked_up(target.host, target.port)
    for *_, where in found:
        if may_connect(ip_address(str(where[0]).partition("%")[0]), networks, secure=target.secure):
            return str(where[0])
    raise AddressRefused


async def _looked_up(host: str, port: int) -> list[_Found]:
    """What the system's resolver says, asked in a thread that nobody waits for when it hangs.

    The loop's own threads are waited for at its end: one hanging lookup would hold up every other webhook.
    """
    if not LOOKUPS.acquire(blocking=False):
        raise TimeoutError
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[_Found]] = loop.create_future()

    def tell(found: list[_Found] | None, failure: Exception | None) -> None:
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(found or [])

    def look() -> None:
        found, failure = None, None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except Exception as error:  # told to whoever asked
            failure = error
        finally:
            LOOKUPS.release()
        # Whoever asked may be gone, and the loop with them.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, found, failure)

    threading.Thread(target=look, name=f"lookup {host}", daemon=True).start()
    return await answer


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that the machine trusts: a district may have an authority of its own."""
    return ssl.create_default_context()


def _certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

"""The AMI head-end as Curbstop sees it. docs/head-end.md says how a real one is joined."""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Protocol

import structlog

from server.demonstration import demo_part
from server.loops import survive
from server.services import Services
from workorders.problems import Problem
from workorders.usecases.remote.answers import HeadEndAnswer, take_answer
from workorders.usecases.remote.sending import (
    give_up,
    not_taken,
    ready_to_send,
    silent_commands,
    waiting_commands,
)

log = structlog.get_logger()
LOOP = "remote"
"""What the worker calls this part of its work."""


class HeadEndAway(Exception):  # noqa: N818 - a state of the other system, not a fault of this one
    """The head-end did not take the command for certain; it is tried again."""


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """One command as the head-end gets it; the same id twice means the same command."""

    command_id: str
    kind: str
    """connect | disconnect | read."""
    serial: str
    endpoint: str | None
    """The meter's radio, where the records know it."""


class HeadEnd(Protocol):
    """What connects Curbstop to a head-end."""

    def send(self, order: SwitchOrder) -> None:
        """Hand a command over. Raises HeadEndAway when it certainly was not taken."""

    def answers(self) -> Iterable[HeadEndAnswer]:
        """What it has to say and was not confirmed yet; again and again until then."""

    def confirm(self, answer: HeadEndAnswer) -> None:
        """The answer is kept: it need not be given again."""


def head_end_of(services: Services) -> HeadEnd | None:
    """The head-end of the settings; in a demo district without one, the simulated one."""
    if not is_joined(services):
        return None
    return _made(services.config.head_end or "demo.headend:simulated", services)


def is_joined(services: Services) -> bool:
    """Whether there is a head-end, without making a connection to it: pages ask that."""
    if services.config.head_end is not None:
        return True
    signins = demo_part("signins")
    return signins is not None and signins.read_sign_ins(services.config.data_dir) is not None


@cache
def _made(name: str, services: Services) -> HeadEnd:
    """One for each process: it may keep a connection."""
    module, _colon, maker = name.partition(":")
    found: HeadEnd = getattr(importlib.import_module(module), maker)(services)
    return found


def remote_round(services: Services) -> int:
    """Send what waits, judge what was answered, give back what stayed silent. Returns how much was done."""
    head_end = head_end_of(services)
    parts = (
        [] if head_end is None else [partial(_send, services, head_end), partial(_listen, services, head_end)]
    )
    done = 0
    for part in parts:
        try:
            done += part()
        except Exception as error:
            # A head-end that fails keeps no order from being given back in time.
            survive(services, LOOP, error)
    with services.read_sessions() as session:
        silent = silent_commands(session, now=services.clock())
    for command_id in silent:
        try:
            with services.sessions.begin() as session:
                give_up(session, command_id, now=services.clock())
        except Exception as error:
            survive(services, LOOP, error)
    return done + len(silent)


def _send(services: Services, head_end: HeadEnd) -> int:
    with services.read_sessions() as session:
        waiting = waiting_commands(session)
    sent = 0
    for command_id in waiting:
        with services.sessions.begin() as session:
            command = ready_to_send(session, command_id, now=services.clock())
            order = (
                SwitchOrder(command.id, command.kind, command.meter.serial, command.meter.endpoint)
                if command is not None
                else None
            )
        if order is None:
            continue
        try:
            head_end.send(order)
            sent += 1
        except HeadEndAway:
            with services.sessions.begin() as session:
                not_taken(session, command_id)
            break
        except Exception as error:
            # Nobody knows whether it was taken: it counts as sent, and the others go on.
            survive(services, LOOP, error)
    return sent


def _listen(services: Services, head_end: HeadEnd) -> int:
    heard = 0
    for answer in list(head_end.answers()):
        try:
            with services.sessions.begin() as session:
                take_answer(session, answer, now=services.clock())
        except Problem as problem:
            # What nobody asked for, or nobody can read, must not stand in the way of the next answer.
            log.warning("head_end_answer_refused", command=answer.command_id, reason=problem.words)
        except Exception as error:
            # It is given again until it is confirmed; the answers behind it do not wait for it.
            survive(services, LOOP, error)
            continue
        heard += 1
        try:
            head_end.confirm(answer)
        except Exception as error:
            survive(services, LOOP, error)
    return heard

"""A signal may come at any instruction: being asked to stop never waits for a lock."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

from server.stopping import StopRequest

PATIENCE = 20


def _asking_at(line: int, stop: StopRequest) -> Any:
    """Follows a thread, and asks to stop before the so manieth line that it runs."""
    left = [line]

    def trace(_frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            left[0] -= 1
            if left[0] == 0:
                stop.set()
        return trace

    return trace


def test_a_signal_inside_the_wait_for_it_ends_the_wait() -> None:
    """As a handler does it: in the waiting thread itself, before each line of the wait in turn."""

    def interrupted_at_every_line() -> None:
        for line in range(40):
            stop = StopRequest()
            sys.settrace(_asking_at(line, stop))
            try:
                stop.wait(0.001)
            finally:
                sys.settrace(None)
            stop.set()
            assert stop.wait(PATIENCE)
        ended.set()

    ended = threading.Event()
    threading.Thread(target=interrupted_at_every_line, daemon=True).start()
    assert ended.wait(PATIENCE)


def test_every_waiting_thread_hears_of_it() -> None:
    stop, heard = StopRequest(), []
    threads = [threading.Thread(target=lambda: heard.append(stop.wait(PATIENCE))) for _ in range(4)]
    for thread in threads:
        thread.start()
    stop.set()
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert (heard, stop.is_set(), stop.wait(PATIENCE)) == ([True] * 4, True, True)


def test_without_being_asked_it_waits_its_time() -> None:
    stop = StopRequest()
    assert not stop.wait(0.01)
    assert not stop.is_set()


def test_a_signal_sets_it() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        stop = StopRequest()
        stop.listen()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(PATIENCE)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

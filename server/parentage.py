"""A process that ends when the one that started it is gone, however that happened."""

import ctypes
import os
import signal
import sys

SUPERVISOR_VARIABLE = "SUPERVISOR_PID"
_PR_SET_PDEATHSIG = 1
"""Of linux/prctl.h: the signal that a process gets at its parent's death."""


def end_with_parent(number: signal.Signals, parent: int | None) -> None:
    """Ask the kernel to send this process a signal when its parent dies; call it at the start.

    `parent` is the process that started it, None when nobody said: it may be dead already, and this process
    somebody else's child. Does nothing but on Linux: elsewhere whoever kills the supervisor looks after its
    processes.
    """
    if sys.platform != "linux" or parent is None:
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def supervisor() -> int | None:
    """Return the process that started this one as part of an installation, None when it runs alone."""
    told = os.environ.get(SUPERVISOR_VARIABLE, "")
    return int(told) if told.isdigit() else None

"""A process that ends when the one that started it is gone, however that happened."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""Of linux/prctl.h: the signal that a process gets at the death of the thread that started it."""
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


def end_with_parent(parent: int | None) -> None:
    """Ask the kernel to kill this process, stopped or not, when its parent dies.

    `parent` is the process that started it, None when nobody said: it may be dead already, and this process
    somebody else's child. Call it before anything else, best between fork and exec, so that there is no
    moment in which it would be left behind. Does nothing but on Linux: elsewhere whoever kills the supervisor
    looks after its processes.
    """
    if _prctl is None or parent is None:
        return
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def end_children_with(this: int) -> None:
    """Let every process that this one forks from now on end with it; theirs in turn are not meant."""

    def begun() -> None:
        if os.getppid() == this:
            end_with_parent(this)

    os.register_at_fork(after_in_child=begun)

"""Being asked to stop by a signal, and waiting for it."""

import os
import select
import signal
import weakref


class StopRequest:
    """Set by a signal's handler, waited for by any thread.

    Not a threading.Event: a handler runs in the main thread between two of its instructions, and where that
    thread is inside `wait` it holds the very lock that `set` asks for, for ever. A pipe takes no lock.
    """

    def __init__(self) -> None:
        self._asked = False
        self._end, self._begin = os.pipe()
        os.set_blocking(self._begin, False)
        weakref.finalize(self, _close, self._end, self._begin)

    def listen(self) -> None:
        """Let Ctrl-C and SIGTERM set it. Only in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.set())

    def set(self) -> None:
        """Ask to stop; harmless when it was asked before."""
        if not self._asked:
            self._asked = True
            os.write(self._begin, b"!")

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Wait until somebody asks, at most so long; answers whether they did."""
        if not self._asked:
            poll = select.poll()
            poll.register(self._end, select.POLLIN)
            # Nobody reads the byte: it wakes every thread, and whoever comes later.
            poll.poll(max(0.0, seconds) * 1000)
        return self._asked


def _close(*ends: int) -> None:
    for end in ends:
        os.close(end)

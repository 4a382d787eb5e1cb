"""Several patches as one."""

from contextlib import AbstractContextManager
from typing import Any


class Together(AbstractContextManager[object]):
    """Enters all its parts, and leaves them in the other order."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __enter__(self) -> object:
        for part in self.parts:
            part.__enter__()
        return self

    def __exit__(self, *failure: Any) -> None:
        for part in reversed(self.parts):
            part.__exit__(*failure)

"""Rules of addresses compiled once in a test process, for every application that its tests make."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class CompiledRule(Rule):
    """A rule whose builder of addresses is shared by all rules of the same words: it knows no more."""

    _builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 - shared on purpose

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple(sorted((self.defaults or {}).items(), key=str))
        key = (tuple(self._trace), defaults, append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]

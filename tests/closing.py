"""An application whose answers are closed also where the test's web server forgets them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def closing(app: Any) -> Application:
    """`app` for werkzeug's server: when a browser breaks off, it fails before it closes a file's answer."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        pieces = app(environ, start_response)
        try:
            yield from pieces
        finally:
            # A generator that nobody closes runs this when it is thrown away.
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    return answer

"""The one place where the server meets the demo: a package of its own that an installation may leave out.

Nothing in `server` imports `demo`; what needs a part of it (the command line, the API's demo figures, the
sign-in page's note) asks here and does without when it is not installed.
"""

import importlib
import importlib.util
from functools import cache
from types import ModuleType


@cache
def demo_part(name: str) -> ModuleType | None:
    """The module `demo.<name>`, or None where the demo is not installed."""
    if importlib.util.find_spec("demo") is None:
        return None
    return importlib.import_module(f"demo.{name}")

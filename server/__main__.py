"""`python -m server`: the command line, for processes that must not depend on a PATH."""

from server.cli import main

main()

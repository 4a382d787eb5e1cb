"""The command line `curbstop`: every `*_command` found in server/commands."""

import importlib
import pkgutil
import sys

import click

import server.commands
from workorders.problems import Problem


class Discovered(click.Group):
    """A group whose commands live one subject a file; a Problem ends it with its words, not a trace."""

    def __init__(self) -> None:
        super().__init__("curbstop", help="Field service for utility districts.")
        for module in pkgutil.iter_modules(server.commands.__path__):
            found = importlib.import_module(f"server.commands.{module.name}")
            for name, value in vars(found).items():
                if name.endswith("_command") and isinstance(value, click.Command):
                    self.add_command(value)

    def invoke(self, ctx: click.Context) -> object:
        """Run, and turn a Problem into a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            click.echo(f"{problem.words}\n{problem.advice}  [{problem.code}]", err=True)
            sys.exit(1)


def main() -> None:
    """Entry point of the console script."""
    Discovered()(prog_name="curbstop")

"""The command line `curbstop`: every `*_command` found in server/commands, and the demo's."""

import importlib
import importlib.util
import os
import pkgutil
import sys
from types import ModuleType

import click

import server.commands
from server.demonstration import demo_part
from workorders.problems import Problem

OF_THE_DEMO = {"demo": "command", "simulate": "simulation.command"}
"""Commands that the demo package brings, and the module of each in it."""


class Discovered(click.Group):
    """A group whose commands live one subject a file; a Problem ends it with its words, not a trace.

    A command in a file of its own name is loaded alone, so that starting the server or its worker need not
    wait for what other commands use.
    """

    def __init__(self) -> None:
        super().__init__("curbstop", help="Field service for utility districts.")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        module = cmd_name.replace("-", "_")
        if importlib.util.find_spec(f"server.commands.{module}") is not None:
            self._load(module)
        elif module in OF_THE_DEMO:
            self._load_demo(module)
            if cmd_name not in self.commands:
                ctx.fail("The demo is not part of this installation.")
        if cmd_name not in self.commands:
            self._load_all()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, for the help."""
        self._load_all()
        return super().list_commands(ctx)

    def invoke(self, ctx: click.Context) -> object:
        """Run, and turn a Problem into a message and exit status 1."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            click.echo(f"{problem.words}\n{problem.advice}  [{problem.code}]", err=True)
            sys.exit(1)

    def _load_all(self) -> None:
        for module in pkgutil.iter_modules(server.commands.__path__):
            self._load(module.name)
        for name in OF_THE_DEMO:
            self._load_demo(name)

    def _load(self, module: str) -> None:
        self._add(importlib.import_module(f"server.commands.{module}"))

    def _load_demo(self, name: str) -> None:
        found = demo_part(OF_THE_DEMO[name])
        if found is not None:
            self._add(found)

    def _add(self, found: ModuleType) -> None:
        for name, value in vars(found).items():
            if name.endswith("_command") and isinstance(value, click.Command):
                self.add_command(value)


def main() -> None:
    """Entry point of the console script."""
    # Personal data, photos and keys: what the program makes is for its own account alone.
    os.umask(0o077)
    Discovered()(prog_name="curbstop")

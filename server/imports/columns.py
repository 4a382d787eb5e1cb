"""The columns of each kind of file as a table for the documentation."""

from server.imports.runner import KINDS


def columns_table(kind: str) -> str:
    """A Markdown table of a kind's columns, as docs/imports.md shows it."""
    lines = ["| column | needed | what it is |", "|---|---|---|"]
    for name, spec in KINDS[kind].schema().fields.items():
        lines.append(f"| `{name}` | {'yes' if spec.required else ''} | {spec.metadata['help']} |")
    return "\n".join(lines)

"""Files that bring a district's own data in: columns, checks, and one transaction per file."""

from server.imports.kinds import KINDS
from server.imports.report import ImportReport, RowError
from server.imports.runner import import_rows

__all__ = ["KINDS", "ImportReport", "RowError", "import_rows"]

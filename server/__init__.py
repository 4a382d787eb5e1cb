"""Composition root and the pages of dispatchers, CSRs, cashiers and supervisors."""

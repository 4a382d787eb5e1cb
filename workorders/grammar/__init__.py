"""How people and programs write money, counts, days, instants and texts: one grammar for every door. Pure.

Page, API, import, tablet and command line read through these modules, so that a text means the same
wherever it comes in, and one set of limits holds (docs/values.md). `fields` has them for schemas.
"""

"""Registers, usage, rollover, high and low reads, meter tests. Pure."""

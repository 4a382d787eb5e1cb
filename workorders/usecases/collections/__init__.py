"""Cuts and reconnects that follow from what an account owes."""

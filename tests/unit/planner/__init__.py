"""Planning days: the parts by their rules, the whole on generated days."""

"""A field event judged: situation in, consequences out. Pure."""

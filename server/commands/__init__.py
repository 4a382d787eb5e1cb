"""Commands of `curbstop`, one subject a file; functions named `*_command` are discovered."""

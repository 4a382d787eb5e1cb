"""What the program can do, one file per verb: they take a Session, `now` and ids, and never commit."""

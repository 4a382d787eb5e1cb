"""The board follows what happens: one watcher in a process, a stream to each page, what a page asks."""

"""Pages for people, a folder for each room of the office."""

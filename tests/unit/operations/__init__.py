"""What lies in docs/operations fits the program."""

"""Money that arrives, waits for a second person, or is taken back."""

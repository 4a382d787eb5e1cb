"""What other systems get, and get once."""

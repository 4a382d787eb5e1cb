"""What holds for the whole district: its rules."""

"""Orders raised, assigned, called off, followed."""

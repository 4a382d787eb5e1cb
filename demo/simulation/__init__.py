"""Days of field work on a simulated clock, network, storage and people, and an auditor who looks for loss."""

"""Days of field work played with faults."""

"""What comes from tablets: events, evidence, cases, quarantine."""

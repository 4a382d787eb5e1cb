"""Where things lie: zones, addresses, what is nearest."""

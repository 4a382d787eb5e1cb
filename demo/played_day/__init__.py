"""A day of the demo district, played over the network."""

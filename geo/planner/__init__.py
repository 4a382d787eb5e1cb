"""From orders, technicians and travel times to routes: who goes where, in which order, and when."""

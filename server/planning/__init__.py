"""Plan runs and offered days, between pages and the planner."""

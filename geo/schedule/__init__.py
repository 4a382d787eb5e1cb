"""A day of field work, between the district's records and the planner: its orders and people, how far it is,
the routes in force, and every change a dispatcher makes while it runs."""

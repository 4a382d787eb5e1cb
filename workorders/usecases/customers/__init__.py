"""Customers in and out: accounts, applications, agreements, stops, and what people note about them."""

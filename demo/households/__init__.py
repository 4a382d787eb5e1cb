"""The people, meters, money and orders of the demo district."""

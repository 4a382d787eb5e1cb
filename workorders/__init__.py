"""The domain: orders, meters, money. Knows nobody else."""

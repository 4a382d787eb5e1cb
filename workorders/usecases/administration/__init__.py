"""What administrators do: technicians, shifts and fees, each change with its line in the audit."""

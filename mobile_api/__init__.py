"""What a tablet calls besides replication, and the tablet app itself."""

"""A month of the demo district, played through the use cases, publish and ingest."""

"""Between documents and the domain: publish, ingest, render, refill, retention."""

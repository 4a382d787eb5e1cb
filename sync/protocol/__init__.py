"""CouchDB's replication protocol as rules on plain values. Pure."""

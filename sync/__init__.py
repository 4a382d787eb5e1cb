"""CouchDB replication: the protocol, its stores, and the way between documents and the domain."""

"""Settings of an HTTP server so that slow clients cannot stop it."""

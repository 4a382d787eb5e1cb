"""What an HTTP server is told so that slow clients cannot stop it."""

"""The embedded store's statements: plain SQL over the driver's own connection, one dialect seam."""

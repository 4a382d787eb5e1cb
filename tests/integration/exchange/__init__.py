"""What other systems give and get: webhooks, the watched folder, messages, undo."""

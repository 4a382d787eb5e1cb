"""The endpoint over HTTP, one file per resource."""

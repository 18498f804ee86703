"""The HTTP API: resources, keys, events as they come, and a client."""

"""The REST API of storage profiles."""

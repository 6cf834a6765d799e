"""A meeting recorded end to end, for people to watch."""

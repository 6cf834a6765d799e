"""A PostgreSQL server of this checkout's own, for machines that have none."""

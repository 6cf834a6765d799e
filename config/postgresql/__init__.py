"""Django's PostgreSQL backend, for which a server that says nothing is one that is away."""

"""Layout templates and previews over REST."""

"""What is known about a recording, and what follows from it: pure, no database, no HTTP, no SDK."""

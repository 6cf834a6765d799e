"""Starts are exactly once under kills, pauses, lost answers and races: `python -m tests.crash` (docs/proofs.md)."""

"""Pieces of single-stream recordings become something that can be watched."""

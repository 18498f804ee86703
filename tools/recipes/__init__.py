"""Deterministic rewrites, one a file."""

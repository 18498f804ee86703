"""Measures whole runs and parts of them."""

"""Transformations: definitions as TOML, executable checks, and what their recipes would do to a tree."""

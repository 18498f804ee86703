"""One file for each version, in the order of their numbers. `TABLES` is SQL as SQLite writes it."""

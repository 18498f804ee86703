"""CI as a door: one command from an issue to an exit code, with approval by a written policy."""

"""What can be done to code: search, edits, diagnostics, verifiers, recipes."""

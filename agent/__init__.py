"""The run: plan, approve, edit, verify, remember."""

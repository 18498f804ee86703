"""The terminal screen: plans and diffs reviewed by keyboard, drawn from the store's events."""

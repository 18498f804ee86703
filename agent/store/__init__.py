"""What survives a process: runs, plans, approvals, calls, events, artifacts."""

"""Who works on queued runs."""

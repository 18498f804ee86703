"""What operators see of runs: traces by OpenTelemetry, logs as JSON. Metrics are in `api/http/metrics.py`."""

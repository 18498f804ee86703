"""The resources, one file for what belongs together."""

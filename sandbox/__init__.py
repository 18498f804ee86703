"""Where untrusted code runs, and the workspace it runs on."""

"""The review page: server-rendered, no build step, usable without scripts."""

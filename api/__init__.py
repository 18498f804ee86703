"""Doors: they parse, call `agent.runs`, and render. Only doors print."""

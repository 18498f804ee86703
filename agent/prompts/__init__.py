"""Prompts as Markdown files with named placeholders."""

"""Passes messages from sources to handlers."""

from relayd.loop import run
from relayd.registry import Registry
from relayd.settings import Settings
from relayd.text import batches, unescape

__all__ = ["Registry", "Settings", "batches", "run", "unescape"]

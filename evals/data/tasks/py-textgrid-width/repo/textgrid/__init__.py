"""Tables for terminals."""

from textgrid.table import Column, render
from textgrid.wrap import clip, wrap

__all__ = ["Column", "clip", "render", "wrap"]
__version__ = "1.4.0"

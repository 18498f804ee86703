"""Figures: each script prints its numbers beside the physical limit measured in the same run."""

"""Python files as plugins."""

import imp
import os


def load(path):
    """Run a Python file as a module of its name, and return it."""
    name = os.path.splitext(os.path.basename(path))[0]
    return imp.load_source("relayd_plugin_" + name, path)


def load_all(folder):
    """All plugins of a folder, by name, sorted."""
    return [load(os.path.join(folder, name)) for name in sorted(os.listdir(folder)) if name.endswith(".py")]

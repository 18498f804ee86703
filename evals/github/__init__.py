"""A stand-in for GitHub on the loopback interface: the parts of its API that Patchwright speaks, with real shapes."""

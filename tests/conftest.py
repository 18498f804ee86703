"""What tests of all folders may ask for."""

from collections.abc import Iterator

import pytest

from patchwright.evals.bench import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server for all tests; `new_database()` gives each its own."""
    if postgres.programs() is None:
        pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")
    with postgres.running() as server:
        yield server

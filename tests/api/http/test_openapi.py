"""What the OpenAPI document says."""

import httpx2

from tests.api.http.conftest import Serve


def test_every_operation_has_a_description_and_its_problems(serve: Serve) -> None:
    document = httpx2.get(f"{serve(works=False).url}/openapi.json").json()
    operations = [(path, verb, one) for path, verbs in document["paths"].items() for verb, one in verbs.items()]
    assert len(operations) >= 19
    for path, verb, one in operations:
        assert one["description"], (verb, path)
        assert "application/problem+json" in one["responses"]["401"]["content"], (verb, path)
    assert {path for path, _, _ in operations} >= {"/v1/runs", "/v1/runs/{run_id}/approval", "/metrics", "/v1/audit"}

"""A partner's back end, which calls the API with a token of its own."""

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.world import World


@dataclass
class BackEnd:
    """Calls MAG as one partner, with one scope; its token is asked for once."""

    world: World
    client_id: str = "klesia"
    scope: str = "links"
    token: str = ""

    def __post_init__(self) -> None:
        """Ask for a token by client_credentials."""
        self.client = self.world.app.test_client()
        asked = {
            "grant_type": "client_credentials",
            "scope": self.scope,
            "client_id": self.client_id,
            "client_secret": self.world.secrets[self.client_id],
        }
        answer = self.client.post("/token", data=asked, base_url=self.world.issuer)
        self.token = answer.get_json()["access_token"]

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send one request with the token."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.client.open(
            path, method=method, headers=headers, base_url=self.world.issuer, **options
        )

    def get(self, path: str, **filters: str) -> TestResponse:
        """Read something."""
        return self.call("GET", path, query_string=filters)

    def post(self, path: str, value: Any = None, *, key: str | None = None) -> TestResponse:
        """Post one JSON value."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.call("POST", path, json=value, headers=headers)

    def post_octets(
        self, octets: bytes, *, content_type: str = "application/x-ndjson", key: str | None = None
    ) -> TestResponse:
        """Post anything to the links."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.call(
            "POST", "/api/v1/links", data=octets, content_type=content_type, headers=headers
        )

    def post_lines(self, *values: Any, key: str | None = None) -> TestResponse:
        """Post one JSON value a line to the links."""
        return self.post_octets("\n".join(map(json.dumps, values)).encode(), key=key)


def lines_of(answer: TestResponse) -> list[dict[str, Any]]:
    """Return the objects of a JSON lines answer."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]

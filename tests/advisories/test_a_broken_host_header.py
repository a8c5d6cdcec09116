"""A Host header that Werkzeug refuses failed twice: a bare 500, without our page or headers."""

import pytest

from tests.world import World


@pytest.mark.parametrize(
    "host", ["a b", "é", "\xed\xa0\x80", "9" * 8000, "a" * 64 + ".x", "..", ":", "x:x", "[", "\x00"]
)
@pytest.mark.parametrize("path", ["/authorize", "/token", "/nowhere", "/jwks.json", "/logout"])
def test_a_broken_host_changes_nothing(sqlite_world: World, host: str, path: str) -> None:
    visitor = sqlite_world.browser()
    usual, broken = visitor.get(path), visitor.get(path, headers={"Host": host})
    assert broken.status_code == usual.status_code
    assert "Content-Security-Policy" in broken.headers
    assert len(broken.headers["X-Trace-Id"]) == 22

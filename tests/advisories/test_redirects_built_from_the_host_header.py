"""Werkzeug's own redirects (a slash added, slashes merged) went to whatever Host one wrote."""

import pytest

from tests.world import World

ADDRESSES = [
    "/docs/errors",
    "/docs/errors/",
    "//docs//errors//",
    "//evil.example/docs/errors",
    "//evil.example//authorize",
    "/docs//errors/",
    "//authorize",
    "/authorize//",
    "/.well-known//openid-configuration",
    "/themes//x/theme.css",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("host", ["evil.example", "mag.localhost:8400@evil.example", "", "[::1"])
def test_no_address_is_ever_built_from_the_host_header(
    sqlite_world: World, address: str, host: str
) -> None:
    answer = sqlite_world.browser().get(address, headers={"Host": host})
    assert answer.status_code in {200, 400, 404}
    assert "Location" not in answer.headers
    assert "evil" not in answer.text


def test_no_page_and_no_metadata_repeats_the_host_header(sqlite_world: World) -> None:
    sqlite_world.register_partner()
    browser = sqlite_world.browser()
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
    form = browser.open_form()
    query = form.response.request.query_string.decode()
    for address in (
        "/authorize?" + query,
        "/authorize",
        "/logout",
        "/.well-known/openid-configuration",
        "/jwks.json",
        "/docs/errors/MAG-101",
        "/forgotten-password?" + query,
        "/nowhere",
    ):
        answer = browser.get(address, headers=evil)
        assert "evil" not in answer.text + str(answer.headers)

"""A client's own mistake (400, 415, 416 ...) was answered 500, as if the server were at fault."""

import pytest
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

from mag_server.base.errors import CATALOGUE
from tests.world import World, shown_code


@pytest.mark.parametrize("asked", ["bytes=99999999-", "chickens", "bytes=5-1", "bytes=-0"])
def test_a_range_of_a_file_is_ignored(sqlite_world: World, asked: str) -> None:
    browser = sqlite_world.browser()
    style = browser.get("/logout").text.partition('href="/static/')[2].partition('"')[0]
    with browser.get(f"/static/{style}", headers={"Range": asked}) as answer:
        assert answer.status_code == 200
        assert len(answer.data) > 1000


@pytest.mark.parametrize("path", ["/token", "/revoke"])
@pytest.mark.parametrize("credentials", ["\u00e9", "YQ", "Y", "/w==", "YTpi\u00ff", ""])
def test_credentials_that_are_no_base64_are_wrong_credentials(
    sqlite_world: World, path: str, credentials: str
) -> None:
    answer = sqlite_world.browser().client.post(
        path,
        data={"grant_type": "client_credentials", "token": "x"},
        headers={"Authorization": f"Basic {credentials}"},
        base_url=sqlite_world.issuer,
    )
    assert (answer.status_code, answer.get_json()["code"]) == (401, "MAG-140")


@pytest.mark.parametrize("mistake", [BadRequest, UnsupportedMediaType])
def test_a_mistake_of_the_clients_is_told_as_one(
    sqlite_world: World, mistake: type[HTTPException]
) -> None:
    def fail() -> str:
        raise mistake

    sqlite_world.app.add_url_rule("/mistake", view_func=fail)
    answer = sqlite_world.browser().get("/mistake")
    assert shown_code(answer) == "MAG-133"
    assert answer.status_code == CATALOGUE["MAG-133"].status == 400

"""Origin and Fetch Metadata on MAG's own forms and pages (RFC 6454; W3C Fetch Metadata)."""

import pytest

from tests.world import PASSWORD, Browser, World, answer_in, shown_code

HERE = "http://mag.localhost:8400"


def _post(world: World, token: str, headers: dict[str, str]) -> tuple[int, str]:
    fields = {
        "form": token,
        "siret": "97050551700072",
        "nom": "Sawyer",
        "prenom": "Tom",
        "password": PASSWORD,
    }
    answer = world.app.test_client().post(
        "/sign-in", data=fields, headers=headers, base_url=world.issuer
    )
    return answer.status_code, answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HERE}, 303),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}, 303),
        ({}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": HERE + "/"}, 403),
        ({"Origin": HERE.upper()}, 403),
        ({"Origin": "https://mag.localhost:8400"}, 403),
        ({"Origin": "http://mag.localhost"}, 403),
        ({"Origin": "http://klesia.localhost:8500"}, 403),
        ({"Origin": f"{HERE}, https://evil.example"}, 403),
        ({"Referer": HERE + "/authorize"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example", "Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}, 403),
    ],
    ids=str,
)
def test_a_form_is_taken_from_our_own_page_alone(
    mag: World, headers: dict[str, str], status: int
) -> None:
    got, cookie = _post(mag, mag.browser().open_form().token, headers)
    assert got == status
    assert bool(cookie) == (status == 303)


def test_a_form_fetched_by_an_attacker_cannot_be_posted_from_his_page(mag: World) -> None:
    # Login CSRF: anyone can fetch a form; its signature is no defence, the origin is.
    token = mag.browser().open_form().token
    assert _post(mag, token, {"Origin": "https://evil.example"}) == (403, "")


@pytest.mark.parametrize("destination", ["iframe", "frame", "embed", "object", "image", "empty"])
def test_authorize_opens_at_top_level_alone(visitor: Browser, destination: str) -> None:
    visitor.sign_in()
    query = visitor.open_form(prompt="login").response.request.query_string.decode()
    for asked in (query, query.replace("prompt=login", "prompt=none")):
        answer = visitor.get("/authorize?" + asked, headers={"Sec-Fetch-Dest": destination})
        assert (answer.status_code, shown_code(answer)) == (403, "MAG-119")
        assert "Location" not in answer.headers


def test_a_browser_that_says_nothing_is_served(visitor: Browser) -> None:
    assert visitor.authorize().status_code == 200
    query = visitor.open_form().response.request.query_string.decode()
    document = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
    assert visitor.get("/authorize?" + query, headers=document).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_password_is_taken_by_post_alone(visitor: Browser, method: str) -> None:
    query = f"/sign-in?form={visitor.open_form().token}&password={PASSWORD}"
    answer = visitor.client.open(
        query, method=method, headers={"Origin": HERE}, base_url=visitor.world.issuer
    )
    assert answer.status_code in {400, 405}
    assert "Set-Cookie" not in answer.headers


def test_the_answer_cannot_be_read_by_another_origin(visitor: Browser) -> None:
    for answer in (visitor.authorize(), visitor.authorize(prompt="none"), visitor.get("/userinfo")):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "iss" in answer_in(visitor.authorize(prompt="none"))

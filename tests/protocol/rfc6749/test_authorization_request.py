"""The authorization request (RFC 6749 sections 3.1, 4.1.1 and 4.1.2.1)."""

from urllib.parse import urlencode

import pytest

from tests.world import REDIRECT_URI, Browser, World, answer_in, request_parameters, shown_code

PARAMETERS = [*request_parameters(), "prompt", "max_age", "login_hint", "ui_locales", "acr_values"]


def test_a_good_request_shows_the_form_and_writes_nothing(mag: World) -> None:
    # protocol « A sign-in, step by step »: a GET that shows a form writes nothing.
    before = _content(mag)
    assert mag.browser().authorize().status_code == 200
    assert _content(mag) == before


@pytest.mark.parametrize("client_id", [None, "", "nobody", "KLESIA", "klesia ", "klesia\x00"])
def test_4_1_2_1_an_unknown_client_is_told_here(visitor: Browser, client_id: str | None) -> None:
    query = request_parameters() | {"client_id": client_id or ""}
    if client_id is None:
        del query["client_id"]
    answer = visitor.get("/authorize?" + urlencode(query))
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-101")
    assert "Location" not in answer.headers


@pytest.mark.parametrize("redirect_uri", [None, "", "http://klesia.localhost:8500/"])
def test_4_1_2_1_a_wrong_redirect_uri_is_told_here(
    visitor: Browser, redirect_uri: str | None
) -> None:
    answer = visitor.authorize(redirect_uri=redirect_uri)
    assert (answer.status_code, shown_code(answer)) == (400, "MAG-102")
    assert "Location" not in answer.headers


def test_the_only_registered_redirect_uri_must_be_written_all_the_same(visitor: Browser) -> None:
    # Section 3.1.2.3 lets one be left out; OpenID Connect Core 3.1.2.1 requires it.
    assert shown_code(visitor.authorize(redirect_uri=None)) == "MAG-102"


def test_another_partners_redirect_uri_is_told_here(mag: World) -> None:
    mag.register_partner("mcf")
    answer = mag.browser().authorize(client_id="mcf", redirect_uri=REDIRECT_URI)
    assert shown_code(answer) == "MAG-102"


@pytest.mark.parametrize("wrong", ["client_id", "redirect_uri"])
def test_before_the_redirect_uri_is_proved_no_other_mistake_is_redirected(
    visitor: Browser, wrong: str
) -> None:
    mistakes = {"response_type": "token", "scope": "", "prompt": "none login", "max_age": "x"}
    answer = visitor.authorize(**mistakes | {wrong: "https://evil.example/"})
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("name", PARAMETERS)
def test_3_1_a_repeated_parameter_is_refused(visitor: Browser, name: str) -> None:
    pairs = list(request_parameters(state="s").items())
    value = dict(pairs).get(name, "1")
    pairs = [pair for pair in pairs if pair[0] != name] + [(name, value), (name, value)]
    answer = visitor.get("/authorize?" + urlencode(pairs))
    if name in {"client_id", "redirect_uri"}:
        assert shown_code(answer) == {"client_id": "MAG-101", "redirect_uri": "MAG-102"}[name]
        return
    told = answer_in(answer)
    assert (told["error"], told["error_code"]) == ("invalid_request", "MAG-103")
    # Of two states neither is the partner's for certain.
    assert ("state" in told) == (name != "state")


def test_3_1_an_unknown_parameter_is_ignored(visitor: Browser) -> None:
    assert visitor.authorize(utm_source="mail", display="popup").status_code == 200


def test_3_1_a_parameter_without_a_value_is_as_if_left_out(visitor: Browser) -> None:
    assert visitor.authorize(prompt="", max_age="", nonce="", acr_values="").status_code == 200
    assert answer_in(visitor.authorize(scope=""))["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "response_type",
    [
        None,
        "token",
        "id_token",
        "id_token token",
        "code token",
        "code id_token",
        "code id_token token",
        "none",
        "CODE",
        "code ",
    ],
)
def test_only_the_code_flow_is_spoken(visitor: Browser, response_type: str | None) -> None:
    told = answer_in(visitor.authorize(response_type=response_type))
    assert (told["error"], told["error_code"]) == ("unsupported_response_type", "MAG-104")


@pytest.mark.parametrize(
    "scope", [None, "profile", "openid admin", "openid links", "OPENID", "openid offline_access"]
)
def test_3_3_scope_holds_openid_and_only_what_exists(visitor: Browser, scope: str | None) -> None:
    told = answer_in(visitor.authorize(scope=scope))
    assert (told["error"], told["error_code"]) == ("invalid_scope", "MAG-106")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_mode": "fragment"}, "MAG-107"),
        ({"response_mode": "form_post.jwt"}, "MAG-107"),
        ({"response_mode": "QUERY"}, "MAG-107"),
        ({"state": "a\nb"}, "MAG-113"),
        ({"state": "é"}, "MAG-113"),
        ({"state": "x" * 513}, "MAG-113"),
        ({"nonce": "a\x00b"}, "MAG-113"),
        ({"nonce": "x" * 513}, "MAG-113"),
        ({"login_hint": "x\x7f"}, "MAG-113"),
        ({"ui_locales": "x" * 2001}, "MAG-103"),
        ({"acr_values": "x" * 2001, "id_token_hint": "x" * 5000}, "MAG-103"),
        ({"request": "e30.e30."}, "MAG-110"),
        ({"request_uri": "https://evil.example/request"}, "MAG-111"),
        ({"registration": "{}"}, "MAG-112"),
    ],
    ids=str,
)
def test_4_1_2_1_a_mistake_goes_back_to_the_proved_redirect_uri(
    mag: World, changes: dict[str, str], code: str
) -> None:
    answer = mag.browser().authorize(**{"state": "of-the-partner"} | changes)
    told = answer_in(answer)
    assert answer.location.startswith(REDIRECT_URI + "?")
    assert told["error_code"] == code
    assert told["iss"] == mag.issuer
    assert told["error_uri"] == f"{mag.issuer}/docs/errors/{code}"
    assert told.get("state") == (None if "state" in changes else "of-the-partner")


def test_4_1_2_the_state_comes_back_as_it_was(visitor: Browser) -> None:
    state = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~&state=2&code=3"
    form = visitor.open_form(state=state)
    told = answer_in(form.submit())
    assert told["state"] == state
    assert answer_in(visitor.authorize(state=state, prompt="none"))["state"] == state


def test_4_1_2_an_answer_without_state_where_none_was_sent(visitor: Browser) -> None:
    assert set(answer_in(visitor.open_form(state=None).submit())) == {"code", "iss"}


def test_3_1_2_a_registered_query_is_kept(mag: World) -> None:
    uri = "http://sante.localhost:8500/callback?space=pro"
    mag.register_partner("sante", redirect_uris=(uri,))
    form = mag.browser().open_form(client_id="sante", redirect_uri=uri)
    assert form.submit().location.startswith(uri + "&code=")


def _content(world: World) -> list[object]:
    with world.equipment.database.readers.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).scalars()
        return [
            (table, connection.exec_driver_sql(f'SELECT * FROM "{table}"').all())  # noqa: S608 - names from the database itself
            for table in tables.all()
        ]

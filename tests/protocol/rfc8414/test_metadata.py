"""The metadata say the truth (RFC 8414 section 2; OpenID Connect Discovery 1.0 sections 3, 4)."""

import pytest

from tests.protocol.tokens import bearer, published
from tests.world import Browser, World, answer_in, request_parameters

BOTH = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.fixture
def metadata(visitor: Browser) -> dict[str, object]:
    told: dict[str, object] = visitor.get(BOTH[0]).get_json()
    return told


def _path(world: World, metadata: dict[str, object], name: str) -> str:
    address = metadata[name]
    assert isinstance(address, str)
    assert address.startswith(world.issuer + "/")
    return address.removeprefix(world.issuer)


def test_3_both_addresses_give_the_same_json(visitor: Browser) -> None:
    first, second = (visitor.get(path) for path in BOTH)
    assert first.data == second.data
    assert first.content_type == second.content_type == "application/json"


def test_3_3_the_issuer_is_the_address_asked(mag: World, metadata: dict[str, object]) -> None:
    assert metadata["issuer"] == mag.issuer
    assert not str(metadata["issuer"]).endswith("/")


def test_every_named_endpoint_answers_as_itself(mag: World, metadata: dict[str, object]) -> None:
    visitor = mag.browser()

    def at(name: str) -> str:
        return _path(mag, metadata, name)

    code = visitor.sign_in()
    assert visitor.client.get(
        at("authorization_endpoint"), query_string=request_parameters(), base_url=mag.issuer
    ).status_code in {200, 303}
    credentials = {"client_id": "klesia", "client_secret": mag.secrets["klesia"]}
    taken = visitor.client.post(
        at("token_endpoint"), data=credentials | {"grant_type": "client_credentials"}
    )
    assert taken.status_code == 200
    token = visitor.redeem(code).get_json()["access_token"]
    assert visitor.get(at("userinfo_endpoint"), headers=bearer(token)).status_code == 200
    revoked = visitor.client.post(at("revocation_endpoint"), data=credentials | {"token": token})
    assert revoked.status_code == 200
    assert visitor.get(at("userinfo_endpoint"), headers=bearer(token)).status_code == 401
    assert visitor.get(at("jwks_uri")).get_json()["keys"]
    assert visitor.get(at("mag_receipt_keys_uri")).get_json()["keys"]
    assert visitor.get(at("service_documentation")).status_code == 200
    assert visitor.get(at("end_session_endpoint")).status_code == 200
    with visitor.get(at("mag_widget_uri")) as widget:
        assert widget.status_code == 200
    addresses = {n for n in metadata if n.endswith(("_endpoint", "_uri", "_documentation"))}
    assert addresses == {
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "revocation_endpoint",
        "jwks_uri",
        "mag_receipt_keys_uri",
        "mag_widget_uri",
        "service_documentation",
        "end_session_endpoint",
    }


def test_every_listed_scope_mode_prompt_and_level_is_accepted(
    mag: World, metadata: dict[str, list[str]]
) -> None:
    visitor = mag.browser()
    scopes = " ".join(metadata["scopes_supported"])
    assert visitor.authorize(scope=scopes).status_code == 200
    for mode in metadata["response_modes_supported"]:
        assert visitor.authorize(response_mode=mode).status_code == 200
    for prompt in metadata["prompt_values_supported"]:
        told = visitor.authorize(prompt=prompt)
        assert told.status_code == 200 or answer_in(told)["error"] == "login_required"
    for level in metadata["acr_values_supported"]:
        assert visitor.authorize(acr_values=level).status_code == 200
    for language in metadata["ui_locales_supported"]:
        answer = visitor.authorize(ui_locales=language)
        assert answer.headers["Content-Language"] == language


def test_every_listed_algorithm_has_a_published_key(
    visitor: Browser, metadata: dict[str, list[str]]
) -> None:
    algorithms = {key["alg"] for key in published(visitor).values()}
    assert algorithms == set(metadata["id_token_signing_alg_values_supported"])


def test_every_listed_claim_is_in_a_full_assertion(
    mag: World, metadata: dict[str, list[str]]
) -> None:
    import jwt  # noqa: PLC0415 - only to look inside

    visitor = mag.browser()
    token = visitor.redeem(visitor.sign_in()).get_json()["id_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == set(metadata["claims_supported"])


def test_nothing_insecure_is_offered(metadata: dict[str, object]) -> None:
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["grant_types_supported"] == ["authorization_code", "client_credentials"]
    assert metadata["subject_types_supported"] == ["public"]
    for unread in ("claims", "request", "request_uri"):
        assert metadata[f"{unread}_parameter_supported"] is False
    for endpoint in ("token", "revocation"):
        assert metadata[f"{endpoint}_endpoint_auth_methods_supported"] == [
            "client_secret_basic",
            "client_secret_post",
        ]
